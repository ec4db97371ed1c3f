"""Takes the made-up past in through the batch ingest, once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection

from analytics.actions.fold_offer_rollups import fold_offer_rollups
from analytics.actions.record_offer_events import record_offer_events
from analytics.models import OfferEventKey
from analytics.rules.offer_event import AcceptanceWindow
from analytics.rules.offer_event_batch import read_api_form, read_parts
from analytics.sample_store.history import Batch


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was taken in by this run."""

    batches: int = 0
    accepted: int = 0
    duplicate: int = 0
    quarantined: int = 0


def load_batches(
    batches: Sequence[Batch], *, client_id: int, now: datetime, progress: Callable[[int], object]
) -> Loaded:
    """Take in the batches that are not stored yet, each as received at its own time.

    A batch is one transaction and its marker is stored with it, so a run that was killed is completed by the next, and a
    complete one adds nothing, not even to the quarantine.
    """
    stored = _stored_markers([batch.marker for batch in batches])
    fresh = [batch for batch in batches if batch.marker not in stored]
    accepted = duplicate = quarantined = 0
    for batch in fresh:
        received_at = max(batch.received_at, oldest_room(now))
        window = AcceptanceWindow.at(received_at, retention=settings.OFFER_EVENT_RETENTION)
        recorded = record_offer_events(
            readings=read_parts(batch.lines, window=window, read=read_api_form), now=received_at, client_id=client_id
        )
        accepted += recorded.accepted
        duplicate += recorded.duplicate
        quarantined += recorded.quarantined
        progress(recorded.received)
    return Loaded(batches=len(fresh), accepted=accepted, duplicate=duplicate, quarantined=quarantined)


def fold_everything(*, now: datetime) -> int:
    """Bring the rollups up to date and the planner's statistics with them; the number of events folded."""
    events, is_to_be_continued = 0, True
    while is_to_be_continued:
        fold = fold_offer_rollups(now=now)
        events, is_to_be_continued = events + fold.events, fold.is_to_be_continued
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE checkout_offer_events, analytics_offer_rollups")
    return events


def oldest_room(now: datetime) -> datetime:
    """The start of last month: a fresh database has no partition for earlier receipts, what is older was handed in then."""
    last_month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    return last_month.replace(day=1)


def _stored_markers(markers: list[UUID]) -> set[UUID]:
    return set(OfferEventKey.objects.filter(event_id__in=markers).values_list("event_id", flat=True))
