"""What a Celery worker tells about itself: that its loop turns, and how each scheduled task ended."""

from contextlib import AbstractContextManager
from typing import Any

import structlog
from celery import Task, bootsteps, signals
from django.db import DatabaseError, InterfaceError, connection

from smplat import clock, history, schedules
from smplat.operations import heartbeats

HEARTBEAT_PREFIX = "worker:"
SCHEDULE_PREFIX = "schedule:"
# The first soon after the start, so that a successor is seen before anybody is called.
FIRST_WRITE_SECONDS = 1.0
WRITE_EVERY_SECONDS = 10.0

log = structlog.get_logger(__name__)


class WorkerHeartbeat(bootsteps.StartStopStep):
    """A row per worker, written from the event loop that takes messages: a stuck or disconnected loop writes nothing."""

    requires = ("celery.worker.components:Timer",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._timers: list[Any] = []

    def start(self, parent: Any) -> None:
        """Begin to beat."""
        self._timers = [
            parent.timer.call_after(FIRST_WRITE_SECONDS, _beat, (parent.hostname,)),
            parent.timer.call_repeatedly(WRITE_EVERY_SECONDS, _beat, (parent.hostname,)),
        ]

    def stop(self, parent: Any) -> None:  # noqa: ARG002 - Celery's signature
        """Stop beating: the row grows old."""
        for timer in self._timers:
            timer.cancel()


def _beat(hostname: str) -> None:
    try:
        heartbeats.record_success(HEARTBEAT_PREFIX + hostname, clock.now())
    except (DatabaseError, InterfaceError) as away:
        log.warning("worker_heartbeat_not_written", error=str(away))
    finally:
        # Children are forked from this process: they must not inherit a connection.
        connection.close()


def schedule_heartbeat(name: str) -> str:
    """The heartbeat under which a schedule's runs are recorded."""
    return SCHEDULE_PREFIX + name


@signals.task_success.connect(dispatch_uid="smplat-schedule-success")
def record_schedule_success(sender: "Task[..., Any]", **_: Any) -> None:
    """A scheduled task ended well, wherever it was started."""
    schedule = schedules.find_by_task(str(sender.name))
    if schedule is not None:
        heartbeats.record_success(schedule_heartbeat(schedule.name), clock.now())


@signals.task_failure.connect(dispatch_uid="smplat-schedule-failure")
def record_schedule_failure(sender: "Task[..., Any]", exception: BaseException, **_: Any) -> None:
    """A scheduled task failed; its transaction is rolled back by now."""
    schedule = schedules.find_by_task(str(sender.name))
    if schedule is not None:
        heartbeats.record_failure(schedule_heartbeat(schedule.name), clock.now(), exception)


_acting: dict[str, AbstractContextManager[None]] = {}


@signals.task_prerun.connect(dispatch_uid="smplat-task-acts")
def begin_to_act(task_id: str, task: "Task[..., Any]", **_: Any) -> None:
    """From here on changes are recorded as made by this task."""
    context = history.acting(who=f"task:{task.name}")
    context.__enter__()
    _acting[task_id] = context


@signals.task_postrun.connect(dispatch_uid="smplat-task-acted")
def end_to_act(task_id: str, **_: Any) -> None:
    """The task is over."""
    context = _acting.pop(task_id, None)
    if context is not None:
        context.__exit__(None, None, None)
