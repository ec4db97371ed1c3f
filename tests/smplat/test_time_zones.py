"""Names of time zones."""

from smplat import time_zones
from smplat.time_zones import time_zone_names


def test_names_are_known_and_the_directory_is_walked_once(monkeypatch):
    assert {"UTC", "Europe/Madrid", "America/Sao_Paulo"} <= time_zone_names()
    monkeypatch.setattr(time_zones, "available_timezones", lambda: {"Mars/Olympus"})
    assert "Mars/Olympus" not in time_zone_names()
