"""Months, as partitions know them: by their first day, in UTC."""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta


def month_of(moment: datetime) -> date:
    """First day of the month `moment` lies in, UTC."""
    return moment.astimezone(UTC).date().replace(day=1)


def add_months(month: date, months: int) -> date:
    """The month so many months later (or earlier)."""
    years, index = divmod(month.month - 1 + months, 12)
    return date(month.year + years, index + 1, 1)


def start_of(month: date) -> datetime:
    """The moment a month begins."""
    return datetime(month.year, month.month, 1, tzinfo=UTC)


def partition_name(table: str, month: date) -> str:
    """The table that holds one month of `table`."""
    return f"{table}_{month:%Y_%m}"


def plan_missing(existing: Collection[date], *, now: datetime, back: int = 0, ahead: int) -> list[date]:
    """The months to create: from `back` months ago to `ahead` months from now, as far as they are missing."""
    current = month_of(now)
    wanted = (add_months(current, offset) for offset in range(-back, ahead + 1))
    return [month for month in wanted if month not in existing]


def plan_expired(existing: Collection[date], *, now: datetime, retention: timedelta) -> list[date]:
    """The months that ended at least `retention` ago, oldest first: every row of theirs is older than that."""
    return [month for month in sorted(existing) if start_of(add_months(month, 1)) <= now - retention]


def count_ahead(existing: Collection[date], *, now: datetime) -> int:
    """How many months after the current one follow without a gap; -1 when even the current one is missing."""
    return sum(1 for _ in _unbroken(existing, month_of(now))) - 1


def _unbroken(existing: Collection[date], month: date) -> Iterator[date]:
    while month in existing:
        yield month
        month = add_months(month, 1)
