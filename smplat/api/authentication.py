"""Who is calling: from the key in the request to a Caller, or a refusal.

The answer of the database is kept for at most a second in each process, so a busy key costs one query a second and a
revocation holds everywhere within two.
"""

import hmac
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest

from smplat.api.client_address import client_address, throttle_identity
from smplat.api.errors import InvalidApiKey, OriginNotAllowed, PublishableKeyRefused, ScopeMissing
from smplat.api.keys import MARKS, NOBODY, Caller, KeyKind, hash_key
from smplat.api.models import ApiKey
from smplat.api.scopes import STOREFRONT_SCOPES, Scope
from smplat.api.throttles import throttle

HEADER: Final = "X-API-Key"
QUERY_PARAMETER: Final = "key"
CACHE_SECONDS: Final = 1.0
# Room for every key of a large installation; beyond it the cache starts anew rather than grow with garbage keys.
CACHE_SIZE: Final = 4096
LAST_USED_GRANULARITY: Final = timedelta(minutes=1)
# No key of ours or of any storefront is longer.
MAX_KEY_LENGTH: Final = 256


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database said about a key, and until when it is believed."""

    caller: Caller | None
    expires_at: datetime | None
    believed_until: float


class KeyDirectory:
    """Looks keys up by hash, with a short memory."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def find(self, key: str, *, now: datetime) -> Caller | None:
        """The caller whose key this is, if it is neither revoked nor expired."""
        if len(key) > MAX_KEY_LENGTH:
            return None
        if settings.CHECKOUT_API_KEY and _same(key, settings.CHECKOUT_API_KEY):
            return _environment_caller()
        digest = hash_key(key)
        known = self._known.get(digest)
        if known is None or known.believed_until <= time.monotonic():
            known = self._remember(digest, now=now)
        if known.expires_at is not None and known.expires_at <= now:
            return None
        return known.caller

    def forget(self) -> None:
        """Ask the database again for every key."""
        self._known.clear()

    def _remember(self, digest: str, *, now: datetime) -> _Known:
        believed_until = time.monotonic() + CACHE_SECONDS
        key = ApiKey.objects.select_related("client").filter(hash=digest, revoked_at=None).first()
        if key is None:
            known = _Known(None, None, believed_until)
        else:
            _record_use(key, now=now)
            known = _Known(_caller(key), key.expires_at, believed_until)
        if len(self._known) >= CACHE_SIZE:
            self._known.clear()
        self._known[digest] = known
        return known


directory: Final = KeyDirectory()


def authenticate(
    request: HttpRequest, *, scope: Scope | None, publishable_allowed: bool, throttled: bool, now: datetime
) -> Caller:
    """The caller of a request that needs `scope` (None: open to everyone).

    Raises:
        InvalidApiKey: no key, an unknown one, or one that has ended.
        ScopeMissing, PublishableKeyRefused, OriginNotAllowed: a key that may not do this.
        Throttled: the key, or without one the address, asks too often.
    """
    key = _presented_key(request, in_query=publishable_allowed)
    caller = directory.find(key, now=now) if key else None
    if throttled:
        _count(request, caller)
    if caller is None:
        if scope is None and not key:
            return NOBODY
        raise InvalidApiKey
    if scope is not None:
        _check_rights(request, caller, scope, publishable_allowed=publishable_allowed)
    return caller


def _presented_key(request: HttpRequest, *, in_query: bool) -> str:
    """The key in the header, else a publishable one in the query (a beacon cannot send headers)."""
    key = request.META.get("HTTP_X_API_KEY", "")
    if not key and in_query and request.META.get("QUERY_STRING"):
        key = request.GET.get(QUERY_PARAMETER, "")
        # A secret in a URL ends up in logs and histories: it is refused even though it is right.
        return key if key.startswith(MARKS[KeyKind.PUBLISHABLE]) else ""
    return str(key)


def _check_rights(request: HttpRequest, caller: Caller, scope: Scope, *, publishable_allowed: bool) -> None:
    if caller.is_publishable:
        if not publishable_allowed:
            raise PublishableKeyRefused
        # Without an Origin header the request comes from no page, and a program could state any origin it likes.
        origin = request.META.get("HTTP_ORIGIN")
        if origin is not None and origin not in caller.allowed_origins:
            raise OriginNotAllowed
    if scope not in caller.scopes:
        raise ScopeMissing(extra={"scope": scope.value})


def _count(request: HttpRequest, caller: Caller | None) -> None:
    if caller is not None and not caller.is_publishable:
        throttle.check(who="secret", identity=str(caller.key_id or 0), per_minute=settings.THROTTLE_SECRET_PER_MINUTE)
        return
    address = throttle_identity(client_address(request))
    if caller is None:
        throttle.check(who="anonymous", identity=address, per_minute=settings.THROTTLE_ANONYMOUS_PER_MINUTE)
    else:
        throttle.check(
            who="publishable",
            identity=f"{caller.key_id}/{address}",
            per_minute=settings.THROTTLE_PUBLISHABLE_PER_MINUTE,
        )


def _record_use(key: ApiKey, *, now: datetime) -> None:
    """Note the use, at most once a minute over all processes."""
    stale = now - LAST_USED_GRANULARITY
    if key.last_used_at is None or key.last_used_at < stale:
        unnoted = Q(last_used_at=None) | Q(last_used_at__lt=stale)
        ApiKey.objects.filter(unnoted, pk=key.pk).update(last_used_at=now)


def _caller(key: ApiKey) -> Caller:
    return Caller(
        client_id=key.client_id,
        client_name=key.client.name,
        key_id=key.pk,
        is_publishable=key.kind == KeyKind.PUBLISHABLE,
        scopes=frozenset(key.scopes),
        allowed_origins=tuple(key.allowed_origins),
    )


def _environment_caller() -> Caller:
    return Caller(
        client_id=None,
        client_name="environment",
        key_id=None,
        is_publishable=False,
        scopes=frozenset(STOREFRONT_SCOPES),
        allowed_origins=(),
    )


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode())
