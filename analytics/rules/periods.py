"""Which moments a report covers: whole days of a person's time zone, and the same days before for comparison. Pure.

All arithmetic on days is on the calendar and only then becomes moments, so a day that has 23 or 25 hours is one day, and
zones with a quarter of an hour in their offset fall on the buckets' edges.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db import models

from smplat.errors import Invalid

# Rollup buckets are this long.
BUCKET = timedelta(minutes=15)
# Longest period that is drawn hour by hour.
HOURLY_DAYS = 2
# A year and its leap day: the chart has one point a day.
LONGEST_PERIOD_DAYS = 366


class PeriodChoice(models.TextChoices):
    """The periods that are one click away."""

    TODAY = "today", "Today"
    YESTERDAY = "yesterday", "Yesterday"
    # Today included, so the last one is partial.
    LAST_7_DAYS = "7d", "7 days"
    LAST_30_DAYS = "30d", "30 days"
    LAST_90_DAYS = "90d", "90 days"
    # The days the person named.
    CUSTOM = "custom", "Custom"


_DAYS = {PeriodChoice.LAST_7_DAYS: 7, PeriodChoice.LAST_30_DAYS: 30, PeriodChoice.LAST_90_DAYS: 90}


class Step(StrEnum):
    """How finely a period is drawn."""

    HOUR = "hour"
    DAY = "day"


class PeriodUnusable(Invalid):
    """These days make no period."""

    code = "period-unusable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Moments from `edges[0]` until before `edges[-1]`, cut into steps at the edges between. In UTC, on bucket edges."""

    edges: tuple[datetime, ...]

    @property
    def start(self) -> datetime:
        return self.edges[0]

    @property
    def end(self) -> datetime:
        return self.edges[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days a report covers, in `zone`, and the equally long span just before them."""

    first_day: date
    last_day: date
    zone: ZoneInfo
    step: Step
    current: Span
    # As many days before, until the same time of day where the last day is not over.
    previous: Span
    # The last day is not over yet.
    is_partial: bool

    @property
    def days(self) -> int:
        return (self.last_day - self.first_day).days + 1


def build_period(
    choice: PeriodChoice,
    *,
    zone: ZoneInfo,
    now: datetime,
    first_day: date | None = None,
    last_day: date | None = None,
) -> Period:
    """The period of a choice; `first_day` and `last_day` only count for the custom one.

    Raises:
        PeriodUnusable: a custom period without days, backwards, in the future, or longer than a year.
    """
    today = now.astimezone(zone).date()
    first, last = _find_days(choice, today=today, first_day=first_day, last_day=last_day)
    count = (last - first).days + 1
    step = Step.HOUR if count <= HOURLY_DAYS else Step.DAY
    whole_end, so_far = start_of_day(last + timedelta(days=1), zone), _next_bucket(now)
    current = _cut(first, until=min(whole_end, so_far), zone=zone, step=step)
    previous = _cut(first - timedelta(days=count), until=_days_before(current.end, count, zone), zone=zone, step=step)
    return Period(
        first_day=first,
        last_day=last,
        zone=zone,
        step=step,
        current=current,
        previous=previous,
        is_partial=so_far < whole_end,
    )


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The moment (UTC) a day begins; where the clocks skip midnight, the moment they skip to."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _find_days(
    choice: PeriodChoice, *, today: date, first_day: date | None, last_day: date | None
) -> tuple[date, date]:
    if choice is PeriodChoice.TODAY:
        return today, today
    if choice is PeriodChoice.YESTERDAY:
        return today - timedelta(days=1), today - timedelta(days=1)
    if choice is not PeriodChoice.CUSTOM:
        return today - timedelta(days=_DAYS[choice] - 1), today
    if first_day is None or last_day is None:
        raise PeriodUnusable("Choose the first and the last day.")
    _check_days(first_day, last_day, today=today)
    return first_day, min(last_day, today)


def _check_days(first_day: date, last_day: date, *, today: date) -> None:
    if last_day < first_day:
        raise PeriodUnusable("The last day is before the first.")
    if first_day > today:
        raise PeriodUnusable("The first day is in the future.")
    # Room before it for the period it is compared with.
    if first_day < date.min + timedelta(days=2 * LONGEST_PERIOD_DAYS):
        raise PeriodUnusable("The first day is too long ago.")
    if (last_day - first_day).days >= LONGEST_PERIOD_DAYS:
        raise PeriodUnusable(f"A period may have {LONGEST_PERIOD_DAYS} days at most.")


def _cut(first_day: date, *, until: datetime, zone: ZoneInfo, step: Step) -> Span:
    """From the start of `first_day` to `until`, cut at every hour passed or at every midnight."""
    start = start_of_day(first_day, zone)
    edges = [start]
    while edges[-1] < until:
        number = len(edges)
        following = (
            start + timedelta(hours=number)
            if step is Step.HOUR
            else start_of_day(first_day + timedelta(days=number), zone)
        )
        edges.append(min(following, until))
    return Span(edges=tuple(edges))


def _days_before(moment: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The same time of day, so many days before."""
    local = moment.astimezone(zone)
    return datetime.combine(local.date() - timedelta(days=days), local.time(), tzinfo=zone).astimezone(UTC)


def _next_bucket(now: datetime) -> datetime:
    """The end of the bucket that `now` is in."""
    passed = (now - datetime.min.replace(tzinfo=UTC)) % BUCKET
    return now - passed + BUCKET
