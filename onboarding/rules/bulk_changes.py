"""One change to many journeys as a plan: the preview shows it, and the real run executes the same one."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

MINUTE = "%Y-%m-%d %H:%M"


@dataclass(frozen=True)
class TaskState:
    """A task as a plan sees it."""

    id: UUID
    slug: str
    is_open: bool
    due_at: datetime | None


@dataclass(frozen=True)
class JourneyState:
    """A journey as a plan sees it, with the tasks that count."""

    id: UUID
    order_number: str
    owner_id: int | None
    tasks: Sequence[TaskState]


@dataclass(frozen=True)
class SkipTask:
    """Skip the task of this name."""

    slug: str


@dataclass(frozen=True)
class ShiftDueTimes:
    """Move due times of open tasks, later or (negative) sooner: of the task of this name, or of all."""

    by: timedelta
    slug: str = ""


@dataclass(frozen=True)
class GiveOwner:
    """Give the journeys an owner; None takes it away."""

    owner_id: int | None


Change = SkipTask | ShiftDueTimes | GiveOwner


@dataclass(frozen=True)
class Step:
    """One thing that will be done; `task_id` is None when it is about the journey itself."""

    journey_id: UUID
    order_number: str
    task_id: UUID | None
    slug: str
    before: str
    after: str
    due_at: datetime | None = None


@dataclass(frozen=True)
class LeftAlone:
    """A journey that stays as it is, and why, as a stable code."""

    journey_id: UUID
    order_number: str
    reason: str


@dataclass(frozen=True)
class Plan:
    """What will be done, and what will not."""

    steps: tuple[Step, ...]
    left_alone: tuple[LeftAlone, ...]

    @property
    def digest(self) -> str:
        """Two plans that would do the same have the same one."""
        return hashlib.sha256(repr(self.steps).encode()).hexdigest()[:16]


def plan_change(journeys: Iterable[JourneyState], *, change: Change, now: datetime) -> Plan:
    """What one change does to each journey."""
    steps: list[Step] = []
    left_alone: list[LeftAlone] = []
    for journey in journeys:
        found = list(_steps(journey, change=change, now=now))
        steps += (one for one in found if isinstance(one, Step))
        if not any(isinstance(one, Step) for one in found):
            left_alone += (one for one in found if isinstance(one, LeftAlone))
    return Plan(tuple(steps), tuple(left_alone))


def _steps(journey: JourneyState, *, change: Change, now: datetime) -> Iterator[Step | LeftAlone]:
    if isinstance(change, GiveOwner):
        yield _owner_step(journey, change)
        return
    slug = change.slug
    named = [task for task in journey.tasks if not slug or task.slug == slug]
    if not named:
        yield _alone(journey, "no-such-task")
    for task in named:
        if not task.is_open:
            yield _alone(journey, "task-completed")
        elif isinstance(change, SkipTask):
            yield Step(journey.id, journey.order_number, task.id, task.slug, "open", "skipped")
        else:
            yield _due_step(journey, task, by=change.by, now=now)


def _owner_step(journey: JourneyState, change: GiveOwner) -> Step | LeftAlone:
    if journey.owner_id == change.owner_id:
        return _alone(journey, "same-owner")
    before, after = (str(owner) if owner else "nobody" for owner in (journey.owner_id, change.owner_id))
    return Step(journey.id, journey.order_number, None, "", before, after)


def _due_step(journey: JourneyState, task: TaskState, *, by: timedelta, now: datetime) -> Step | LeftAlone:
    if task.due_at is None:
        return _alone(journey, "no-due-time")
    due_at = task.due_at + by
    if due_at <= now:
        return _alone(journey, "would-be-overdue")
    before, after = f"{task.due_at:{MINUTE}}", f"{due_at:{MINUTE}}"
    return Step(journey.id, journey.order_number, task.id, task.slug, before, after, due_at)


def _alone(journey: JourneyState, reason: str) -> LeftAlone:
    return LeftAlone(journey.id, journey.order_number, reason)
