"""A key stops working at once: it leaked, or nobody needs it."""

from dataclasses import dataclass
from datetime import datetime

from smplat import history
from smplat.api.actions.rotate_api_key import UnknownKey
from smplat.api.models import ApiKey
from smplat.db import transaction


@dataclass(frozen=True, kw_only=True)
class RevokedKey:
    """The end of a key. `was_revoked_before`: somebody was faster, their moment stands."""

    key_id: int
    revoked_at: datetime
    was_revoked_before: bool


def revoke_api_key(*, key_id: int, reason: str, now: datetime) -> RevokedKey:
    """Revoke a key; every process refuses it within two seconds. Revoking again changes nothing.

    Raises:
        UnknownKey
    """
    with transaction() as keep, history.why(reason):
        changed = ApiKey.objects.filter(pk=key_id, revoked_at=None).update(revoked_at=now)
        revoked_at = ApiKey.objects.filter(pk=key_id).values_list("revoked_at", flat=True).first()
        if revoked_at is None:
            raise UnknownKey
        return keep(RevokedKey(key_id=key_id, revoked_at=revoked_at, was_revoked_before=not changed))
