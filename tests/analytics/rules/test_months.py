"""Months of partitions."""

from datetime import UTC, date, datetime, timedelta

import pytest

from analytics.rules.months import add_months, count_ahead, month_of, plan_expired, plan_missing

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(("months", "expected"), [(0, (2026, 11)), (2, (2027, 1)), (-11, (2025, 12)), (14, (2028, 1))])
def test_months_are_added_across_years(months: int, expected: tuple[int, int]) -> None:
    assert add_months(date(2026, 11, 1), months) == date(*expected, 1)


def test_the_month_is_the_one_in_utc() -> None:
    assert month_of(datetime.fromisoformat("2026-12-01T00:30:00+05:30")) == date(2026, 11, 1)


def test_only_missing_months_are_created() -> None:
    existing = {date(2026, 11, 1), date(2027, 1, 1)}
    assert plan_missing(existing, now=NOW, back=1, ahead=3) == [
        date(2026, 10, 1),
        date(2026, 12, 1),
        date(2027, 2, 1),
    ]


@pytest.mark.parametrize(("days", "expired"), [(22, ["2026-09", "2026-10"]), (23, ["2026-09"]), (60, [])])
def test_a_month_expires_when_its_last_event_does(days: int, expired: list[str]) -> None:
    months = [date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)]
    planned = plan_expired(months, now=NOW, retention=timedelta(days=days))
    assert [f"{month:%Y-%m}" for month in planned] == expired


@pytest.mark.parametrize(("months", "ahead"), [([], -1), ([11], 0), ([11, 12], 1), ([10, 12], -1)])
def test_months_ahead_are_counted_up_to_the_first_gap(months: list[int], ahead: int) -> None:
    assert count_ahead({date(2026, month, 1) for month in months}, now=NOW) == ahead
