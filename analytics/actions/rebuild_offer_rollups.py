"""Compute the rollups of a span of time anew from the events."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from analytics.models import DroppedPartition, OfferRollup, OfferRollupAmount, OfferRollupOrder
from analytics.rollup_sums import add_buckets, lock_cursor
from analytics.rules.buckets import BUCKET, ceil_to_bucket, floor_to_bucket
from smplat import db
from smplat.errors import Conflict


class EventsDropped(Conflict):
    """Retention has dropped events of this time: its rollups can be read but not rebuilt."""

    code: ClassVar[str] = "events-dropped"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did."""

    events: int
    start: datetime
    end: datetime


def rebuild_offer_rollups(*, start: datetime, end: datetime) -> Rebuilt:
    """Replace the rollups of every bucket that touches start ≤ time < end, in one transaction.

    Takes only events the cursor has passed; the next fold adds the others, so the ingest may go on meanwhile.

    Raises:
        EventsDropped: events that belong to these buckets are gone.
    """
    start, end = floor_to_bucket(start), ceil_to_bucket(end)
    with db.transaction():
        cursor = lock_cursor(wait=True)
        assert cursor is not None
        earliest = earliest_rebuildable()
        if earliest is not None and start < earliest:
            raise EventsDropped(f"Events before {earliest.isoformat()} have been dropped.", field="start")
        for rollups in (OfferRollup.objects, OfferRollupAmount.objects, OfferRollupOrder.objects):
            rollups.filter(bucket__gte=start, bucket__lt=end).delete()
        events = add_buckets(start=start, end=end, horizon=cursor.horizon)
    return Rebuilt(events=events, start=start, end=end)


def earliest_rebuildable() -> datetime | None:
    """Start of the first bucket all of whose events are still here; None when nothing was ever dropped."""
    newest = (
        DroppedPartition.objects.filter(newest_occurred_at__isnull=False)
        .order_by("-newest_occurred_at")
        .values_list("newest_occurred_at", flat=True)
        .first()
    )
    return None if newest is None else floor_to_bucket(newest) + BUCKET
