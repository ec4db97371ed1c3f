"""What the doors of the ingest share: the switch, the window, the books of refusals, the answers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse

from analytics import metrics
from analytics.actions.record_offer_event import Recorded, record_offer_event
from analytics.actions.record_offer_events import BatchRecorded, Fate, record_offer_events
from analytics.actions.record_refusal import record_refusal
from analytics.models import EventForm, ReceiptKind
from analytics.rules.offer_event import AcceptanceWindow, OfferEventFacts
from analytics.rules.offer_event_batch import Read, read_parts
from smplat import request_id
from smplat.api.errors import BodyTooLarge, ValidationFailed
from smplat.api.keys import Caller
from smplat.api.responses import answer

# Stored and committed; what is derived from it follows.
ACCEPTED = 202


def take_in_one(
    read: Callable[[AcceptanceWindow], OfferEventFacts], *, door: str, caller: Caller, now: datetime
) -> HttpResponse:
    """Read one event and store it; a refusal is written down and raised again."""
    with _refusals_written_down(kind=ReceiptKind.SINGLE, door=door, caller=caller, now=now):
        facts = read(_window(now))
    recorded = record_offer_event(facts=facts, now=now, client_id=caller.client_id, request_id=request_id.current())
    metrics.count(door, **{_status(recorded): 1})
    return answer({"id": recorded.id, "status": _status(recorded), "created_at": recorded.created_at}, status=ACCEPTED)


def take_in_many(
    split: Callable[[], Sequence[bytes]], *, read: Read, form: EventForm, door: str, caller: Caller, now: datetime
) -> HttpResponse:
    """Cut a batch into its events and decide about each; only a body that cannot be cut is refused as a whole."""
    with _refusals_written_down(kind=ReceiptKind.BATCH, door=door, caller=caller, now=now):
        parts = split()
    recorded = record_offer_events(
        readings=read_parts(parts, window=_window(now), read=read),
        form=form,
        now=now,
        client_id=caller.client_id,
        request_id=request_id.current(),
    )
    metrics.count(door, accepted=recorded.accepted, duplicate=recorded.duplicate, quarantined=recorded.quarantined)
    return answer(_batch_body(recorded), status=ACCEPTED)


@contextmanager
def _refusals_written_down(*, kind: ReceiptKind, door: str, caller: Caller, now: datetime) -> Iterator[None]:
    try:
        yield
    except (ValidationFailed, BodyTooLarge) as refusal:
        received = 1 if kind == ReceiptKind.SINGLE else getattr(refusal, "received", 0)
        record_refusal(
            kind=kind,
            code=refusal.code,
            received=received,
            now=now,
            client_id=caller.client_id,
            request_id=request_id.current(),
        )
        metrics.count(door, refused=received)
        raise


def _window(now: datetime) -> AcceptanceWindow:
    return AcceptanceWindow.at(now, retention=settings.OFFER_EVENT_RETENTION)


def _status(recorded: Recorded) -> str:
    return "duplicate" if recorded.is_duplicate else "accepted"


def _batch_body(recorded: BatchRecorded) -> dict[str, Any]:
    return {
        "receipt_id": recorded.receipt_id,
        "received": recorded.received,
        "accepted": recorded.accepted,
        "duplicate": recorded.duplicate,
        "quarantined": recorded.quarantined,
        "results": [_fate_body(fate) for fate in recorded.fates],
    }


def _fate_body(fate: Fate) -> dict[str, Any]:
    return {
        "index": fate.index,
        "status": fate.status,
        "code": fate.code,
        "field": fate.field or None,
        "message": fate.message,
        "id": fate.id,
    }
