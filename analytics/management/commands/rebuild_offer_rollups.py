"""Compute offer rollups anew from the events."""

import sys
from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Min
from tqdm import tqdm

from analytics.actions.fold_offer_rollups import fold_offer_rollups
from analytics.actions.rebuild_offer_rollups import EventsDropped, earliest_rebuildable, rebuild_offer_rollups
from analytics.models import OfferEvent, OfferRollup
from analytics.rules.buckets import ceil_to_bucket, floor_to_bucket
from analytics.rules.offer_event import FUTURE_TOLERANCE
from smplat import clock

# One transaction a day of events: short locks, and a rebuild that is stopped has finished whole days.
STEP = timedelta(days=1)


class Command(BaseCommand):
    """A day at a time, each in one transaction; the ingest may go on meanwhile."""

    help = "Rebuilds offer rollups from the events, by default all whose events are still here. Times are UTC."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="start", type=_moment, help="first day or moment, such as 2026-11-01")
        parser.add_argument("--to", dest="end", type=_moment, help="moment to stop before; default is the latest event")

    def handle(self, *, start: datetime | None, end: datetime | None, **_: Any) -> None:
        """Fold first, so that as much as can be is rebuilt at once."""
        now = clock.now()
        folded, is_to_be_continued = 0, True
        while is_to_be_continued:
            fold = fold_offer_rollups(now=now)
            folded, is_to_be_continued = folded + fold.events, fold.is_to_be_continued
        start = floor_to_bucket(start or _first_moment(now))
        end = ceil_to_bucket(end or now + FUTURE_TOLERANCE)
        if start >= end:
            raise CommandError("--from must lie before --to.")
        days = -(-(end - start) // STEP)
        rebuilt = 0
        for day in tqdm(range(days), unit="day", disable=not sys.stderr.isatty()):
            begin = start + day * STEP
            try:
                rebuilt += rebuild_offer_rollups(start=begin, end=min(begin + STEP, end)).events
            except EventsDropped as refusal:
                raise CommandError(f"{refusal.message} Start with --from that moment.") from refusal
        self.stdout.write(f"folded={folded} rebuilt={rebuilt} from={start.isoformat()} to={end.isoformat()}")


def _first_moment(now: datetime) -> datetime:
    """The first bucket that has events or rollups, as far as its events are still here."""
    firsts = [
        OfferEvent.objects.aggregate(first=Min("occurred_at"))["first"],
        OfferRollup.objects.aggregate(first=Min("bucket"))["first"],
    ]
    first = min((moment for moment in firsts if moment is not None), default=now)
    earliest = earliest_rebuildable()
    return max(first, earliest) if earliest else first


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError("must be a date or a time such as 2026-11-01 or 2026-11-01T12:00") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
