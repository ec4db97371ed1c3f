"""Decide that many quarantined events of one kind will not be stored."""

from datetime import datetime

from analytics.actions.discard_quarantined_event import ReasonMissing
from analytics.models import QuarantinedEvent, QuarantineState
from smplat import db


def discard_quarantined_events(*, code: str, received_until: datetime, reason: str, by: str, now: datetime) -> int:
    """Mark every pending event with this code that was received up to a moment as discarded; returns how many.

    Repeating it finds nothing pending; an event that arrives after `received_until`, or that somebody replays at the same
    time, stays as it is.

    Raises:
        ReasonMissing: the reason is blank.
    """
    if not reason.strip():
        raise ReasonMissing(field="reason")
    with db.transaction():
        pending = QuarantinedEvent.objects.filter(
            state=QuarantineState.PENDING, code=code, created_at__lte=received_until
        )
        return pending.update(state=QuarantineState.DISCARDED, reason=reason.strip(), resolved_by=by, resolved_at=now)
