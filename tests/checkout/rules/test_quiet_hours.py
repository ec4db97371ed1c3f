"""Quiet hours are the customer's own, also on the nights when clocks change."""

from datetime import UTC, datetime, time

import pytest

from checkout.rules.quiet_hours import QuietHours, end_of_quiet

NIGHT = QuietHours(time(21), time(8))
EARLY = QuietHours(time(0), time(2, 30))


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "quiet", "now", "ends"),
    [
        ("UTC", NIGHT, "2026-06-01 12:00", None),
        ("UTC", NIGHT, "2026-06-01 20:59", None),
        ("UTC", NIGHT, "2026-06-01 21:00", "2026-06-02 08:00"),
        ("UTC", NIGHT, "2026-06-02 07:59", "2026-06-02 08:00"),
        ("UTC", NIGHT, "2026-06-02 08:00", None),
        ("America/Sao_Paulo", NIGHT, "2026-06-02 02:00", "2026-06-02 11:00"),
        ("Asia/Kathmandu", NIGHT, "2026-06-01 16:00", "2026-06-02 02:15"),
        # Madrid, 29 March 2026: 02:00 becomes 03:00, so 02:30 comes at 03:30 summer time.
        ("Europe/Madrid", EARLY, "2026-03-29 00:15", "2026-03-29 01:30"),
        # Madrid, 25 October 2026: 03:00 becomes 02:00, so 02:30 exists twice; the first one ends the quiet.
        ("Europe/Madrid", EARLY, "2026-10-24 23:00", "2026-10-25 00:30"),
        ("Europe/Madrid", NIGHT, "2026-10-24 22:00", "2026-10-25 07:00"),
        ("UTC", QuietHours(time(0), time(0)), "2026-06-01 00:00", None),
    ],
)
def test_quiet_ends_at_the_local_time(zone, quiet, now, ends):
    assert end_of_quiet(quiet=quiet, time_zone=zone, now=utc(now)) == (ends and utc(ends))
