"""Hours in which nobody is prompted, counted on the customer's own clock."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@dataclass(frozen=True)
class QuietHours:
    """From one local time until another; over midnight when it starts later than it ends, none when both are equal."""

    starts_at: time
    ends_at: time

    def covers(self, local: time) -> bool:
        """Whether a local time of day is quiet."""
        if self.starts_at <= self.ends_at:
            return self.starts_at <= local < self.ends_at
        return local >= self.starts_at or local < self.ends_at


def end_of_quiet(*, quiet: QuietHours, time_zone: str, now: datetime) -> datetime | None:
    """The moment (UTC) the quiet hours that cover `now` end, or None when `now` is not quiet.

    On nights when clocks change, an end that does not exist that night comes as much later as the clocks jump, and an
    end that exists twice is the first one.
    """
    zone = ZoneInfo(time_zone)
    local = now.astimezone(zone)
    if not quiet.covers(local.time()):
        return None
    ends = [
        datetime.combine(local.date() + timedelta(days=days), quiet.ends_at, tzinfo=zone).replace(fold=fold)
        for days in (0, 1)
        for fold in (0, 1)
    ]
    moments = (end.astimezone(UTC) for end in ends)
    return min(at for at in moments if at > now and not quiet.covers(at.astimezone(zone).time()))


@cache
def known_zone(name: str) -> str:
    """The name, or UTC for one that this machine does not know: one bad row must not stop a sweep."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"
    return name
