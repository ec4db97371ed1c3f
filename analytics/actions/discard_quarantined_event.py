"""Decide that a quarantined event will not be stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from analytics.actions.replay_quarantined_event import AlreadyResolved, NotInQuarantine
from analytics.models import QuarantinedEvent, QuarantineState
from smplat import db
from smplat.errors import Invalid


class ReasonMissing(Invalid):
    """Say why the event is discarded."""

    code: ClassVar[str] = "reason-missing"


@dataclass(frozen=True, slots=True)
class Discarded:
    """The quarantined event that was decided about."""

    quarantined_event_id: UUID


def discard_quarantined_event(*, quarantined_event_id: UUID, reason: str, by: str, now: datetime) -> Discarded:
    """Mark a pending event as discarded; its bytes stay until retention removes them.

    Raises:
        ReasonMissing: the reason is blank.
        NotInQuarantine, AlreadyResolved: there is nothing to discard.
    """
    if not reason.strip():
        raise ReasonMissing(field="reason")
    with db.transaction():
        events = QuarantinedEvent.objects.filter(pk=quarantined_event_id)
        changed = events.filter(state=QuarantineState.PENDING).update(
            state=QuarantineState.DISCARDED, reason=reason.strip(), resolved_by=by, resolved_at=now
        )
        if not changed:
            raise AlreadyResolved if events.exists() else NotInQuarantine
    return Discarded(quarantined_event_id)
