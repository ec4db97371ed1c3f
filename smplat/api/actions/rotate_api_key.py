"""A key is replaced without a moment in which neither works."""

from datetime import datetime, timedelta
from typing import Final

from smplat.api.actions.issue_api_key import IssuedKey, store_key
from smplat.api.models import ApiKey
from smplat.db import transaction
from smplat.errors import Conflict, Invalid, NotFound

# Long enough to roll a deployment out with its approvals, short enough that nobody forgets.
DEFAULT_OVERLAP: Final = timedelta(days=7)
MAX_OVERLAP: Final = timedelta(days=90)


class UnknownKey(NotFound):
    """There is no such API key."""

    code = "unknown-api-key"


class KeyEnded(Conflict):
    """This key has ended already; issue a new one."""

    code = "api-key-ended"


class KeyAlreadyReplaced(Conflict):
    """This key was replaced already; rotate its successor."""

    code = "api-key-already-replaced"


class BadOverlap(Invalid):
    """The overlap must be between nothing and 90 days."""

    code = "bad-overlap"


def rotate_api_key(*, key_id: int, overlap: timedelta, by: str, now: datetime) -> IssuedKey:
    """Issue a key with the same rights; the old one goes on for `overlap`, or until its own expiry if that is earlier.

    Raises:
        UnknownKey, KeyEnded, KeyAlreadyReplaced, BadOverlap.
    """
    if not timedelta(0) <= overlap <= MAX_OVERLAP:
        raise BadOverlap(field="overlap")
    with transaction() as keep:
        old = ApiKey.objects.select_for_update().filter(pk=key_id).first()
        if old is None:
            raise UnknownKey
        _check_rotatable(old, now=now)
        issued = store_key(_successor(old, by=by))
        ends_at = min(filter(None, (old.expires_at, now + overlap)))
        ApiKey.objects.filter(pk=old.pk).update(replaced_by=issued.key_id, expires_at=ends_at)
        return keep(issued)


def _check_rotatable(key: ApiKey, *, now: datetime) -> None:
    if key.replaced_by_id is not None:
        raise KeyAlreadyReplaced
    if key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now):
        raise KeyEnded


def _successor(old: ApiKey, *, by: str) -> ApiKey:
    """A key with the same rights; it does not inherit the end."""
    return ApiKey(
        client_id=old.client_id,
        name=old.name,
        kind=old.kind,
        scopes=old.scopes,
        allowed_origins=old.allowed_origins,
        created_by=by,
    )
