"""Send a corrected event out of the quarantine through the ingest."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from analytics.event_rows import NewEvent, claim_keys, copy_events
from analytics.models import IngestReceipt, QuarantinedEvent, QuarantineState, ReceiptKind
from analytics.partition_errors import missing_partition_is_unavailable
from analytics.rules.offer_event import AcceptanceWindow
from analytics.rules.replay_plan import plan_replay
from smplat import db
from smplat.api.errors import ValidationFailed
from smplat.errors import Conflict, NotFound
from smplat.ids import new_id, new_id_text


class NotInQuarantine(NotFound):
    """There is no such event in the quarantine."""

    code: ClassVar[str] = "not-in-quarantine"


class AlreadyResolved(Conflict):
    """Somebody has already decided about this event."""

    code: ClassVar[str] = "already-resolved"


@dataclass(frozen=True, slots=True)
class Replayed:
    """The event the replay led to: a new one, or the one stored before under the same `event_id`."""

    offer_event_id: UUID
    is_duplicate: bool


def replay_quarantined_event(
    *, quarantined_event_id: UUID, text: str, by: str, now: datetime, window: AcceptanceWindow, reason: str = ""
) -> Replayed:
    """Store the event that `text` describes, once, and mark the quarantined one as replayed.

    Of two replays at once one wins; an event whose `event_id` was stored in the meantime leads to that event. The replay has a
    receipt of its own, so the ledger stays balanced: the batch's receipt goes on saying that it was quarantined.

    Raises:
        NotInQuarantine, AlreadyResolved: there is nothing to replay.
        ValidationFailed: the text is still not acceptable.
    """
    quarantined = QuarantinedEvent.objects.filter(pk=quarantined_event_id).first()
    if quarantined is None:
        raise NotInQuarantine
    plan = plan_replay(text, form=quarantined.form, received_at=quarantined.created_at, window=window)
    if plan.facts is None:
        raise ValidationFailed(plan.problems)
    event, receipt_id = NewEvent(0, new_id_text(), plan.facts), new_id()
    with missing_partition_is_unavailable(), db.transaction():
        fresh, repeated = claim_keys([event], now=now)
        is_duplicate = bool(repeated)
        owner = repeated[0][1] if repeated else UUID(event.row_id)
        copy_events(fresh, now=now, receipt_id=receipt_id, client_id=quarantined.client_id)
        _mark(quarantined_event_id, text=text, by=by, reason=reason, now=now, offer_event_id=owner)
        IngestReceipt.objects.create(
            id=receipt_id,
            created_at=now,
            kind=ReceiptKind.REPLAY,
            received=1,
            accepted=int(not is_duplicate),
            duplicate=int(is_duplicate),
            client_id=quarantined.client_id,
        )
    return Replayed(offer_event_id=owner, is_duplicate=is_duplicate)


def _mark(quarantined_event_id: UUID, *, text: str, by: str, reason: str, now: datetime, offer_event_id: UUID) -> None:
    """Compare and swap: the loser of a race rolls back what it stored."""
    changed = QuarantinedEvent.objects.filter(pk=quarantined_event_id, state=QuarantineState.PENDING).update(
        state=QuarantineState.REPLAYED,
        corrected=text,
        resolved_by=by,
        resolved_at=now,
        reason=reason,
        resulting_event_id=offer_event_id,
    )
    if not changed:
        raise AlreadyResolved
