"""Bring the rows that beat reads in line with the schedules the code declares."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks

from smplat import db
from smplat.operations.models import DeclaredSchedule
from smplat.schedules import Schedule


@dataclass(frozen=True, kw_only=True)
class ScheduleSync:
    """What a sync changed, by schedule name."""

    created: tuple[str, ...]
    changed: tuple[str, ...]
    retired: tuple[str, ...]


def sync_schedules(*, schedules: list[Schedule], now: datetime) -> ScheduleSync:
    """Create missing rows, follow changed declarations, disable what is no longer declared.

    An operator's edits stay: `enabled` is touched only when a schedule retires or comes back, the interval only while
    it still is the one that the last sync wrote. Twice is once. A new schedule is due at once: beat counts from the
    last run, and one that only ever waited for its first would, restarted once a day, never come to a daily run.
    """
    with db.transaction():
        before = {declared.name: declared for declared in DeclaredSchedule.objects.select_for_update().order_by("name")}
        outcomes = {schedule.name: _sync_one(schedule, before.get(schedule.name), now) for schedule in schedules}
        retired = _retire([row for name, row in before.items() if name not in outcomes and not row.is_retired])
        sync = ScheduleSync(
            created=tuple(name for name, outcome in outcomes.items() if outcome == "created"),
            changed=tuple(name for name, outcome in outcomes.items() if outcome == "changed"),
            retired=retired,
        )
        if sync.created or sync.changed or sync.retired:
            # Tells a running beat to read the rows again.
            PeriodicTasks.update_changed()
        return sync


def _sync_one(schedule: Schedule, before: DeclaredSchedule | None, now: datetime) -> str:
    """Returns created, changed or unchanged."""
    seconds = int(schedule.every.total_seconds())
    task, created = PeriodicTask.objects.get_or_create(
        name=schedule.name,
        defaults={
            "task": schedule.task,
            "interval": _interval(schedule.every),
            "description": schedule.title,
            "last_run_at": now - schedule.every,
        },
    )
    declared = DeclaredSchedule(name=schedule.name, task=schedule.task, every_seconds=seconds)
    if before is not None and not created and _same(before, declared) and task.description == schedule.title:
        return "unchanged"
    if not created:
        _follow(task, schedule, before)
    declared.save(force_insert=before is None, force_update=before is not None)
    return "created" if created else "changed"


def _same(before: DeclaredSchedule, after: DeclaredSchedule) -> bool:
    return (before.task, before.every_seconds, before.is_retired) == (after.task, after.every_seconds, False)


def _follow(task: PeriodicTask, schedule: Schedule, before: DeclaredSchedule | None) -> None:
    task.task = schedule.task
    task.description = schedule.title
    if before is not None and before.is_retired:
        task.enabled = True
    if before is not None and _seconds(task) == before.every_seconds:
        task.interval = _interval(schedule.every)
    task.save()


def _retire(rows: list[DeclaredSchedule]) -> tuple[str, ...]:
    names = tuple(row.name for row in rows)
    PeriodicTask.objects.filter(name__in=names).update(enabled=False)
    DeclaredSchedule.objects.filter(name__in=names).update(is_retired=True)
    return names


def _seconds(task: PeriodicTask) -> int | None:
    """The row's interval, or None where an operator chose a crontab instead."""
    if task.interval is None:
        return None
    return int(timedelta(**{task.interval.period: task.interval.every}).total_seconds())


def _interval(every: timedelta) -> IntervalSchedule:
    seconds = int(every.total_seconds())
    interval, _ = IntervalSchedule.objects.get_or_create(every=seconds, period=IntervalSchedule.SECONDS)
    return interval
