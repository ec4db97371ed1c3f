"""Quarter hours."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from analytics.rules.buckets import ceil_to_bucket, floor_to_bucket


@pytest.mark.parametrize(
    ("moment", "floor", "ceil"),
    [
        ("10:00:00", "10:00", "10:00"),
        ("10:14:59.999999", "10:00", "10:15"),
        ("10:15:00.000001", "10:15", "10:30"),
    ],
)
def test_a_moment_lies_between_two_quarter_hours(moment: str, floor: str, ceil: str) -> None:
    value = datetime.fromisoformat(f"2026-11-23T{moment}+00:00")
    assert floor_to_bucket(value) == datetime.fromisoformat(f"2026-11-23T{floor}+00:00")
    assert ceil_to_bucket(value) == datetime.fromisoformat(f"2026-11-23T{ceil}+00:00")


def test_the_quarter_hours_of_nepal_are_those_of_utc() -> None:
    nepal = timezone(timedelta(hours=5, minutes=45))
    assert floor_to_bucket(datetime(2026, 11, 23, 0, 0, tzinfo=nepal)) == datetime(2026, 11, 22, 18, 15, tzinfo=UTC)
