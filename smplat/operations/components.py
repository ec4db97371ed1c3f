"""The parts every deployment has, and how each is judged."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache, partial

import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django_celery_beat.models import PeriodicTask

from smplat import schedules
from smplat.operations import heartbeats, switches
from smplat.operations.beat import HEARTBEAT as BEAT
from smplat.operations.durations import write_duration
from smplat.operations.models import Heartbeat
from smplat.operations.readiness import Check, Component, Status
from smplat.operations.worker import HEARTBEAT_PREFIX, schedule_heartbeat

# Six ticks of beat, three beats of a worker: a restart fits in, an outage does not.
BEAT_LATE_AFTER = timedelta(seconds=30)
WORKER_LATE_AFTER = timedelta(seconds=30)
REDIS_TIMEOUT_SECONDS = 0.5


def check_database(now: datetime) -> Component:
    """One round trip."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Component(status=Status.READY, detail="Answers.", last_success_at=now)


def check_migrations(now: datetime) -> Component:
    """Every migration of this code is applied; a database that is ahead of it is a deployment under way."""
    applied = set(MigrationRecorder(connection).applied_migrations())
    missing = sorted(_migrations_of_this_code() - applied)
    if missing:
        named = ", ".join(f"{app}.{name}" for app, name in missing[:3])
        return Component(status=Status.ERROR, detail=f"{len(missing)} not applied: {named}")
    return Component(status=Status.READY, detail="All applied.", last_success_at=now)


@cache
def _migrations_of_this_code() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).graph.nodes)


def check_redis(now: datetime) -> Component:
    """The broker answers a ping."""
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
        retry=None,
    )
    with client:
        client.ping()
    return Component(status=Status.READY, detail="Answers.", last_success_at=now)


def check_beat(now: datetime) -> Component:
    """Beat ticked lately."""
    return judge(heartbeats.find(BEAT), now, late_after=BEAT_LATE_AFTER, good="Ticks.", never="Has not ticked yet.")


def check_worker(now: datetime) -> Component:
    """At least one worker's loop turned lately."""
    rows = Heartbeat.objects.filter(name__startswith=HEARTBEAT_PREFIX, last_success_at__isnull=False)
    freshest = rows.order_by("-last_success_at").first()
    alive = rows.filter(last_success_at__gt=now - WORKER_LATE_AFTER).count()
    return judge(freshest, now, late_after=WORKER_LATE_AFTER, good=f"{alive} running.", never="None has been seen yet.")


def judge(row: Heartbeat | None, now: datetime, *, late_after: timedelta, good: str, never: str) -> Component:
    """A verdict from a heartbeat: in error when it is late, degraded while its last try failed."""
    if row is None or (row.last_success_at is None and not row.consecutive_failures):
        return Component(status=Status.STARTING, detail=never)
    age = heartbeats.age_seconds(row, now)
    late = age > late_after.total_seconds()
    status, detail = Status.READY, good
    if row.consecutive_failures:
        status, detail = Status.DEGRADED, f"Failed {row.consecutive_failures} times in a row."
    if late:
        status, detail = Status.ERROR, f"No sign of life for longer than {write_duration(late_after)}."
    return Component(
        status=status,
        detail=detail,
        last_success_at=row.last_success_at,
        last_error_at=row.last_error_at,
        last_error=row.last_error or None,
    )


def check_switches(now: datetime) -> Component:
    """Which switches are off; names only, since the page is open."""
    off = [position.switch.name for position in switches.list_positions(now) if not position.is_on]
    if off:
        return Component(status=Status.DEGRADED, detail=f"Off: {', '.join(off)}.")
    return Component(status=Status.READY, detail="All on.")


def schedule_checks() -> Mapping[str, Check]:
    """One component for each schedule."""
    return {
        schedule_heartbeat(schedule.name): Check(
            function=partial(check_schedule, schedule),
            advice=f"{schedule.title} Look at the worker's log for {schedule.task}.".strip(),
        )
        for schedule in schedules.registered()
    }


def check_schedule(schedule: schedules.Schedule, now: datetime) -> Component:
    """The schedule's last success is recent; disabled when an operator switched its row off."""
    row = PeriodicTask.objects.select_related("interval").filter(name=schedule.name).first()
    if row is None or not row.enabled:
        return Component(status=Status.DISABLED, detail="Switched off in the console.")
    every = _interval(row) or schedule.every
    late_after = schedules.late_after(every)
    heartbeat = heartbeats.find(schedule_heartbeat(schedule.name))
    if heartbeat is None and now - row.date_changed < late_after:
        # Beat first sends it one interval after it was installed: a daily one must not degrade the first day.
        return Component(status=Status.READY, detail="Not due yet since it was installed.")
    return judge(
        heartbeat,
        now,
        late_after=late_after,
        good=f"Runs every {write_duration(every)}.",
        never="Has not run yet.",
    )


def _interval(row: PeriodicTask) -> timedelta | None:
    """How often it runs, which an operator may have changed."""
    return timedelta(**{row.interval.period: row.interval.every}) if row.interval else None
