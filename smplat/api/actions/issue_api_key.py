"""A client gets a key."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from smplat.api import rules
from smplat.api.keys import PREFIX_LENGTH, KeyKind, generate_key, hash_key
from smplat.api.models import ApiClient, ApiKey
from smplat.db import require_transaction, transaction
from smplat.errors import Invalid, NotFound


@dataclass(frozen=True, kw_only=True)
class IssuedKey:
    """A fresh key. `plaintext` exists only here: it is shown once and never stored."""

    key_id: int
    plaintext: str
    prefix: str


class UnknownClient(NotFound):
    """There is no such API client."""

    code = "unknown-api-client"


class ExpiryInThePast(Invalid):
    """A key cannot expire before it exists."""

    code = "expiry-in-the-past"


def issue_api_key(
    *,
    client_id: int,
    name: str,
    kind: KeyKind,
    scopes: Collection[str],
    allowed_origins: Collection[str] = (),
    expires_at: datetime | None = None,
    by: str,
    now: datetime,
) -> IssuedKey:
    """Issue a key to a client.

    Raises:
        UnknownClient, ExpiryInThePast, rules.BadOrigin, rules.BadKeyFacts.
    """
    origins = sorted({rules.normalise_origin(origin) for origin in allowed_origins})
    rules.check_key_facts(kind=kind, scopes=scopes, origins=origins)
    if expires_at is not None and expires_at <= now:
        raise ExpiryInThePast(field="expires_at")
    with transaction() as keep:
        if not ApiClient.objects.filter(pk=client_id).exists():
            raise UnknownClient
        return keep(
            store_key(
                ApiKey(
                    client_id=client_id,
                    name=name,
                    kind=kind,
                    scopes=sorted(scopes),
                    allowed_origins=origins,
                    expires_at=expires_at,
                    created_by=by,
                )
            )
        )


def store_key(key: ApiKey) -> IssuedKey:
    """Give `key` a secret and store it; must run inside a transaction."""
    require_transaction()
    plaintext = generate_key(KeyKind(key.kind))
    key.prefix = plaintext[:PREFIX_LENGTH]
    key.hash = hash_key(plaintext)
    key.save(force_insert=True)
    return IssuedKey(key_id=key.pk, plaintext=plaintext, prefix=key.prefix)
