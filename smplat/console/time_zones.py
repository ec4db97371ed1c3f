"""Time zones a person may choose."""

from zoneinfo import available_timezones


def time_zone_choices() -> list[tuple[str, str]]:
    """Every IANA zone, UTC first."""
    return [("UTC", "UTC")] + [(name, name) for name in sorted(available_timezones() - {"UTC"})]
