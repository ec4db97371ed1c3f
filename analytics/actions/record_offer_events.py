"""Store the good events of a batch, set the bad ones aside, and keep the books; all or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from analytics.event_rows import NewEvent, claim_keys, copy_events
from analytics.models import IngestReceipt, QuarantinedEvent, ReceiptKind
from analytics.models.quarantine import EventForm
from analytics.partition_errors import missing_partition_is_unavailable
from analytics.rules.offer_event_batch import Reading, Rejected
from smplat import db
from smplat.ids import new_id, new_id_text


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of an event that was not accepted."""

    index: int
    status: str  # duplicate or quarantined
    code: str
    field: str
    message: str
    id: UUID  # of the first event of the same event_id, or of the row in the quarantine


@dataclass(frozen=True, slots=True)
class BatchRecorded:
    """What became of a batch; received = accepted + duplicate + quarantined."""

    receipt_id: UUID
    received: int
    accepted: int
    duplicate: int
    quarantined: int
    # The events that were not accepted, in the order of the batch.
    fates: Sequence[Fate]


def record_offer_events(
    *,
    readings: Sequence[Reading],
    now: datetime,
    form: EventForm = EventForm.API,
    client_id: int | None = None,
    request_id: str = "",
) -> BatchRecorded:
    """Store what is acceptable and new, quarantine what was rejected, count both in one receipt.

    Sent again, every event with an `event_id` is a duplicate; of several with one `event_id` the first counts.

    Raises:
        NoPartition: the month of `now` has no partition.
    """
    receipt_id = new_id()
    good = [
        NewEvent(place, new_id_text(), facts) for place, facts in enumerate(readings) if not isinstance(facts, Rejected)
    ]
    bad = [(index, reading) for index, reading in enumerate(readings) if isinstance(reading, Rejected)]
    with missing_partition_is_unavailable(), db.transaction():
        fresh, repeated = claim_keys(good, now=now)
        copy_events(fresh, now=now, receipt_id=receipt_id, client_id=client_id)
        quarantined = _set_aside(bad, now=now, form=form, receipt_id=receipt_id, client_id=client_id)
        IngestReceipt.objects.create(
            id=receipt_id,
            created_at=now,
            kind=ReceiptKind.BATCH,
            received=len(readings),
            accepted=len(fresh),
            duplicate=len(repeated),
            quarantined=len(bad),
            request_id=request_id,
            client_id=client_id,
        )
    duplicates = [_duplicate(event.place, owner) for event, owner in repeated]
    return BatchRecorded(
        receipt_id=receipt_id,
        received=len(readings),
        accepted=len(fresh),
        duplicate=len(repeated),
        quarantined=len(bad),
        fates=sorted([*duplicates, *quarantined], key=lambda fate: fate.index),
    )


def _set_aside(
    bad: Sequence[tuple[int, Rejected]], *, now: datetime, form: EventForm, receipt_id: UUID, client_id: int | None
) -> list[Fate]:
    events = [
        QuarantinedEvent(
            created_at=now,
            receipt_id=receipt_id,
            index=index,
            client_id=client_id,
            form=form,
            original=rejected.original,
            code=rejected.code,
            field=rejected.field,
            message=rejected.message,
        )
        for index, rejected in bad
    ]
    QuarantinedEvent.objects.bulk_create(events)
    return [
        Fate(
            index=event.index,
            status="quarantined",
            code=event.code,
            field=event.field,
            message=event.message,
            id=event.id,
        )
        for event in events
    ]


def _duplicate(index: int, owner: UUID) -> Fate:
    return Fate(
        index=index,
        status="duplicate",
        code="duplicate",
        field="event_id",
        message="An event with this event_id was stored before.",
        id=owner,
    )
