"""Schedules in code become rows for beat; an operator's edits stay."""

from datetime import UTC, datetime, timedelta

import pytest
from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks

from smplat.operations.actions.sync_schedules import ScheduleSync, sync_schedules
from smplat.operations.models import DeclaredSchedule
from smplat.schedules import Schedule

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SWEEP = Schedule(name="sweep", task="test.sweep", every=timedelta(minutes=5), title="Sweeps.")
NOTHING = ScheduleSync(created=(), changed=(), retired=())

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_rows() -> None:
    PeriodicTask.objects.all().delete()
    DeclaredSchedule.objects.all().delete()


def row() -> PeriodicTask:
    return PeriodicTask.objects.select_related("interval").get(name="sweep")


def test_a_new_schedule_becomes_a_row() -> None:
    assert sync_schedules(schedules=[SWEEP], now=NOW) == ScheduleSync(created=("sweep",), changed=(), retired=())
    assert (row().task, row().interval.every, row().enabled) == ("test.sweep", 300, True)


def test_twice_is_once() -> None:
    sync_schedules(schedules=[SWEEP], now=NOW)
    told_beat = PeriodicTasks.last_change()
    assert sync_schedules(schedules=[SWEEP], now=NOW) == NOTHING
    assert PeriodicTasks.last_change() == told_beat


def test_a_changed_interval_is_followed() -> None:
    sync_schedules(schedules=[SWEEP], now=NOW)
    faster = Schedule(name="sweep", task="test.sweep", every=timedelta(minutes=1), title="Sweeps.")
    assert sync_schedules(schedules=[faster], now=NOW).changed == ("sweep",)
    assert row().interval.every == 60


def test_an_operators_interval_and_pause_stay() -> None:
    sync_schedules(schedules=[SWEEP], now=NOW)
    slow = IntervalSchedule.objects.create(every=2, period=IntervalSchedule.HOURS)
    PeriodicTask.objects.filter(name="sweep").update(interval=slow, enabled=False)
    sync_schedules(
        schedules=[Schedule(name="sweep", task="test.sweep", every=timedelta(minutes=1), title="Sweeps.")], now=NOW
    )
    assert (row().interval, row().enabled) == (slow, False)


def test_a_removed_schedule_is_disabled_and_comes_back() -> None:
    sync_schedules(schedules=[SWEEP], now=NOW)
    assert sync_schedules(schedules=[], now=NOW).retired == ("sweep",)
    assert row().enabled is False
    assert sync_schedules(schedules=[], now=NOW) == NOTHING
    assert sync_schedules(schedules=[SWEEP], now=NOW).changed == ("sweep",)
    assert row().enabled is True


def test_a_row_that_nobody_declared_is_left_alone() -> None:
    interval = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.DAYS)
    PeriodicTask.objects.create(name="by hand", task="test.other", interval=interval)
    sync_schedules(schedules=[SWEEP], now=NOW)
    assert PeriodicTask.objects.get(name="by hand").enabled is True


@pytest.mark.django_db
def test_a_new_schedule_is_due_at_once() -> None:
    sync_schedules(schedules=[SWEEP], now=NOW)
    task = PeriodicTask.objects.get(name="sweep")
    assert task.last_run_at == NOW - SWEEP.every
