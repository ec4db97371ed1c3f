"""Heartbeats say when something last worked and last failed."""

from datetime import UTC, datetime, timedelta

import pytest

from smplat.operations import heartbeats
from smplat.operations.models import Heartbeat

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def test_a_success_is_recorded() -> None:
    with heartbeats.watch("sweep", NOW):
        pass
    assert Heartbeat.objects.get().last_success_at == NOW


def test_a_failure_is_recorded_and_goes_on() -> None:
    with pytest.raises(ValueError, match="broken"), heartbeats.watch("sweep", NOW):
        raise ValueError("broken")
    heartbeat = Heartbeat.objects.get()
    assert (heartbeat.last_error_at, heartbeat.last_error) == (NOW, "ValueError: broken")
    assert heartbeat.consecutive_failures == 1


def test_failures_add_up_until_the_next_success() -> None:
    heartbeats.record_failure("sweep", NOW, "first")
    heartbeats.record_failure("sweep", NOW, "second")
    assert Heartbeat.objects.get().consecutive_failures == 2
    heartbeats.record_success("sweep", NOW + timedelta(seconds=1))
    heartbeat = Heartbeat.objects.get()
    assert (heartbeat.consecutive_failures, heartbeat.last_error) == (0, "second")


def test_a_heartbeat_that_never_beat_is_infinitely_old() -> None:
    assert heartbeats.age_seconds(heartbeats.find("sweep"), NOW) == float("inf")


def test_an_error_text_carries_no_address_and_no_password() -> None:
    heartbeats.record_failure(
        "sweep", NOW, "OperationalError: postgresql://user:hunter2@10.0.0.7:5432/x refused, password=hunter3"
    )
    text = Heartbeat.objects.get().last_error
    assert "hunter" not in text
    assert "10.0.0.7" not in text
