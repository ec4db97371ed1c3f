"""A person places or releases a hold."""

from datetime import datetime
from uuid import UUID

from smplat.db import transaction
from smplat.operations.holds import HoldEnded, HoldNotFound, Subject, place_hold
from smplat.operations.models import Hold


def hold_subject(*, subject: Subject, reason: str, by: str, until: datetime | None, now: datetime) -> Hold:
    """Stop sweeps from touching a subject, until a moment or until it is released."""
    with transaction():
        return place_hold(subject=subject, reason=reason, by=by, until=until, now=now)


def release_hold(*, hold_id: UUID, by: str, now: datetime) -> None:
    """End one hold; what it held is looked at again by the next sweeps.

    Raises:
        HoldNotFound: there is none.
        HoldEnded: somebody else released it first.
    """
    with transaction():
        if Hold.objects.filter(pk=hold_id, released_at__isnull=True).update(released_at=now, released_by=by):
            return
        raise HoldEnded if Hold.objects.filter(pk=hold_id).exists() else HoldNotFound
