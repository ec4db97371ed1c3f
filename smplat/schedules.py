"""What runs by itself and how often. Domains register here in `ready()`; `migrate` turns it into rows that beat reads.

A firing is a hint: a task tolerates none, one or two of them a tick.
"""

from dataclasses import dataclass
from datetime import timedelta

# A schedule counts as late after this many missed firings: one may fall into a deployment, a second into a long run.
MISSED_FIRINGS = 3
# Nothing is late sooner than this: a worker restart and a broker failover fit into it.
LATE_AT_LEAST = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A Celery task that beat sends every so often."""

    name: str
    task: str
    every: timedelta
    # One sentence for the console: what stands still when this does.
    title: str = ""

    def __post_init__(self) -> None:
        if self.every < timedelta(seconds=1) or self.every % timedelta(seconds=1):
            raise ValueError(f"schedule {self.name}: every must be whole seconds, at least one")

    @property
    def late_after(self) -> timedelta:
        """How long after its last success the schedule counts as late."""
        return late_after(self.every)


def late_after(every: timedelta) -> timedelta:
    """How long after its last success what runs so often counts as late."""
    return max(every * MISSED_FIRINGS, LATE_AT_LEAST)


_schedules: dict[str, Schedule] = {}


def register(schedule: Schedule) -> None:
    """Declare a schedule; registering an equal one again changes nothing.

    Raises:
        ValueError: the name belongs to a different schedule already.
    """
    if _schedules.setdefault(schedule.name, schedule) != schedule:
        raise ValueError(f"schedule {schedule.name} is registered twice")


def registered() -> list[Schedule]:
    """All schedules, by name."""
    return [_schedules[name] for name in sorted(_schedules)]


def find_by_task(task: str) -> Schedule | None:
    """The schedule that sends this task."""
    return next((schedule for schedule in _schedules.values() if schedule.task == task), None)
