"""Where an API key stands, for people."""

from datetime import datetime, timedelta
from typing import Final

from django.db import models

# Long enough before the end to rotate a key in office hours.
SOON: Final = timedelta(days=14)


class KeyState(models.TextChoices):
    ACTIVE = "active", "Active"  # works, and no end is near
    ENDING = "ending", "Ends soon"  # works, and expires within SOON
    EXPIRED = "expired", "Expired"  # its time is over
    REVOKED = "revoked", "Revoked"  # somebody ended it


def state_of(*, expires_at: datetime | None, revoked_at: datetime | None, now: datetime) -> KeyState:
    """A revoked key stays revoked, whatever its expiry says."""
    if revoked_at is not None:
        return KeyState.REVOKED
    if expires_at is None or expires_at > now + SOON:
        return KeyState.ACTIVE
    return KeyState.ENDING if expires_at > now else KeyState.EXPIRED
