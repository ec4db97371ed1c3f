"""Lengths of time as people type them: 90s, 30m, 2h, 1d."""

import re
from datetime import timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
# Whoever needs a longer one means "until somebody decides otherwise".
LONGEST = timedelta(days=90)


def parse_duration(text: str) -> timedelta:
    """The length of time.

    Raises:
        ValueError: it is not one, or longer than 90 days.
    """
    match = re.fullmatch(r"([1-9]\d{0,6})([smhd])", text.strip())
    if match is None:
        raise ValueError(f"{text} is not a length of time such as 90s, 30m, 2h or 1d")
    duration = timedelta(**{_UNITS[match[2]]: int(match[1])})
    if duration > LONGEST:
        raise ValueError(f"{text} is longer than {LONGEST.days} days")
    return duration


def write_duration(length: timedelta) -> str:
    """As people read it: 1 d 12 h, 90 min is 1 h 30 min; seconds are only told of what is shorter than a minute."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    parts = ((minutes // 1_440, "d"), (minutes % 1_440 // 60, "h"), (minutes % 60, "min"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or f"{seconds} s"
