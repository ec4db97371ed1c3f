"""Time zones a person may choose."""

from smplat.time_zones import time_zone_names


def time_zone_choices() -> list[tuple[str, str]]:
    """Every IANA zone, UTC first."""
    return [("UTC", "UTC")] + [(name, name) for name in sorted(time_zone_names() - {"UTC"})]
