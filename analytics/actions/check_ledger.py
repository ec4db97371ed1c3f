"""Compare receipts with tables, hour by hour, and write the verdict down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from analytics.models import LedgerHour
from analytics.partitions import EVENTS, months_of
from analytics.queries.ledger_books import list_books
from analytics.rules.ledger import find_differences
from analytics.rules.months import start_of
from smplat import db

HOUR: Final = timedelta(hours=1)
# A day, so that an hour is looked at many times before it is believed for good.
HOURS_CHECKED: Final = 25
# Hours that differ are looked at again and again, until they are right or this many.
DIFFERING_CHECKED_AGAIN: Final = 200


@dataclass(frozen=True, slots=True)
class LedgerChecked:
    """How many hours were compared, and those that differ."""

    hours: int
    differing: Sequence[LedgerHour]

    @property
    def is_balanced(self) -> bool:
        return not self.differing


def check_ledger(*, now: datetime, hours: int = HOURS_CHECKED) -> LedgerChecked:
    """Check the last `hours` hours, the running one included, and every hour that differed before.

    Hours whose events retention has dropped are left alone: their last verdict stands.
    """
    until = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + HOUR
    floor = start_of(min(months_of(EVENTS)))
    since = max(until - hours * HOUR, floor)
    with db.transaction():
        before = LedgerHour.objects.filter(is_balanced=False, hour__lt=since, hour__gte=floor).order_by("-hour")
        again = [(hour, hour + HOUR) for hour in before.values_list("hour", flat=True)[:DIFFERING_CHECKED_AGAIN]]
        verdicts = [
            _verdict(hour=books.hour, differences=find_differences(books), now=now)
            for start, end in [*again, (since, until)]
            for books in list_books(since=start, until=end)
        ]
        LedgerHour.objects.bulk_create(
            verdicts,
            update_conflicts=True,
            unique_fields=["hour"],
            update_fields=["checked_at", "is_balanced", "difference"],
        )
    return LedgerChecked(hours=len(verdicts), differing=[verdict for verdict in verdicts if not verdict.is_balanced])


def _verdict(*, hour: datetime, differences: Sequence[str], now: datetime) -> LedgerHour:
    return LedgerHour(hour=hour, checked_at=now, is_balanced=not differences, difference="; ".join(differences))
