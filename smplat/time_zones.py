"""The names of time zones that people and clients may state."""

from functools import cache
from zoneinfo import available_timezones


@cache
def time_zone_names() -> frozenset[str]:
    """Every IANA name. Asked once a process: the library walks its whole directory each time, several milliseconds."""
    return frozenset(available_timezones())
