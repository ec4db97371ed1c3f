"""Journeys as they are held, changed and settled; every action on one goes through here (onboarding.opening makes them).

Locks are taken in one order: the order's row (only to open a journey), then the journey's, several by id; never for their
keys, since what refers to them is written without holding them. Whoever holds the journey may
change its tasks and artifacts. `settle` comes last in every action: it brings the journey's own figures in step.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from checkout.positions import PLACED
from onboarding import policies
from onboarding.breaches import write_if_missed
from onboarding.errors import JourneyNotFound, TaskNotFound
from onboarding.models import Interaction, Journey, JourneyEvent, Task
from onboarding.rules import nudges
from onboarding.rules.progress import decide_progress
from onboarding.states import (
    ActorType,
    InteractionChannel,
    JourneyEventType,
    JourneyStatus,
    TaskStatus,
)
from onboarding.turns import pass_turn, waits_for
from smplat.db import require_transaction
from smplat.instances import Columns, first_pair, write_together

JOURNEY: Final = Columns(Journey, "journey")
TASK: Final = Columns(Task, "task")
HOLD: Final = f"""
SELECT {JOURNEY}, {PLACED}
FROM onboarding_journeys AS journey JOIN checkout_order AS placed ON placed.id = journey.order_id
WHERE journey.{{column}} = %s FOR NO KEY UPDATE OF journey
"""  # noqa: S608 - names of columns
LIST_TASKS: Final = f"""
SELECT {TASK} FROM onboarding_tasks AS task WHERE task.journey_id = %s AND task.dropped_at IS NULL
ORDER BY task.sort_order, task.slug
"""  # noqa: S608
# What `settle` may change, and what its callers change before it.
STATE: Final = tuple(
    field.name
    for field in Journey._meta.concrete_fields  # noqa: SLF001 - Django's public API
    if field.name not in {"id", "order", "created_at"}
)


@dataclass(frozen=True)
class Held:
    """A journey locked until the transaction ends, with the tasks that count, by sort order."""

    journey: Journey
    tasks: list[Task]

    def get_task(self, task_id: UUID) -> Task:
        """One of its tasks.

        Raises:
            TaskNotFound: it belongs to another journey, or there is none.
        """
        task = next((task for task in self.tasks if task.pk == task_id), None)
        if task is None:
            raise TaskNotFound(f"Task {task_id} not found for order {self.journey.order_id}")
        return task


def hold_journey(journey_id: UUID) -> Held:
    """Lock a journey.

    Raises:
        JourneyNotFound: there is none.
    """
    held = _hold("id", journey_id)
    if held is None:
        raise JourneyNotFound
    return held


def hold_journey_of(order_id: UUID) -> Held:
    """Lock the journey of an order.

    Raises:
        JourneyNotFound: the order has none, or there is no such order.
    """
    held = _hold("order_id", order_id)
    if held is None:
        raise JourneyNotFound(f"Onboarding journey missing for order {order_id}")
    return held


def _hold(column: str, value: UUID) -> Held | None:
    require_transaction()
    pair = first_pair(JOURNEY, PLACED, HOLD.format(column=column), [value])
    if pair is None:
        return None
    journey, order = pair
    journey.order = order
    return Held(journey, list_tasks(journey))


def list_tasks(journey: Journey) -> list[Task]:
    """The tasks that count, in the order a client reads them."""
    return TASK.all(LIST_TASKS, [journey.pk])


def write_event(
    *,
    journey: Journey,
    event_type: JourneyEventType,
    at: datetime,
    task: Task | None = None,
    before: str = "",
    after: str = "",
    metadata: dict[str, Any] | None = None,
) -> JourneyEvent:
    """Append one line to the journey's log."""
    require_transaction()
    return JourneyEvent.objects.create(
        journey=journey,
        task=task,
        order_id=journey.order_id,
        event_type=event_type,
        status_before=before,
        status_after=after,
        metadata=metadata or {},
        occurred_at=at,
    )


def as_text(moment: datetime | None) -> str | None:
    """A moment as the metadata of events has it."""
    return moment.isoformat() if moment else None


def write_interaction(
    *,
    journey: Journey,
    actor: ActorType,
    channel: InteractionChannel,
    summary: str,
    at: datetime,
    task: Task | None = None,
    details: str = "",
    metadata: dict[str, Any] | None = None,
    message_id: UUID | None = None,
) -> Interaction:
    """Append one line to the log for people; it counts as a touch of the journey (saved by `settle`)."""
    require_transaction()
    journey.last_touch_at = max(journey.last_touch_at, at)
    return Interaction.objects.create(
        journey=journey,
        task=task,
        actor_type=actor,
        channel=channel,
        summary=summary,
        details=details,
        metadata=metadata,
        message_id=message_id,
        created_at=at,
    )


def change_task_status(
    *, held: Held, task: Task, status: TaskStatus, at: datetime, metadata: dict[str, Any], is_skipped: bool = False
) -> None:
    """Give a task another status, with its event, and charge a due time that it missed. Nothing happens when it has it already."""
    require_transaction()
    if task.status == status and task.is_skipped == is_skipped:
        return
    if status is TaskStatus.COMPLETED:
        write_if_missed(task, journey=held.journey, at=at)
    before, is_reopened = task.status, task.status == TaskStatus.COMPLETED
    task.status, task.is_skipped = status, is_skipped
    task.completed_at = at if status is TaskStatus.COMPLETED else None
    task.nudges_sent = 0 if is_reopened else task.nudges_sent
    task.updated_at = at
    task.save()
    write_event(
        journey=held.journey,
        event_type=JourneyEventType.TASK_STATUS_CHANGED,
        task=task,
        before=before,
        after=status,
        metadata={**metadata, **({"skipped": True} if is_skipped else {})},
        at=at,
    )


def settle(*, held: Held, has_moved: bool, at: datetime, now: datetime) -> None:
    """Bring the journey in step with its tasks and save it: progress, status, whose turn, next nudge.

    Args:
        held: the journey and the tasks that count, as they are now.
        has_moved: a task or an artifact changed, so that the journey is not stalled.
        at: when it happened.
        now: the present moment.
    """
    require_transaction()
    journey, tasks = held.journey, held.tasks
    was = JourneyStatus(journey.status)
    progress = decide_progress(statuses=[TaskStatus(task.status) for task in tasks], was=was, has_moved=has_moved)
    journey.progress_percentage = progress.percentage
    if progress.status is not was:
        write_journey_status(journey=journey, status=progress.status, reason="tasks", at=at)
    if has_moved:
        journey.last_progress_at = max(journey.last_progress_at, at)
    journey.last_touch_at = max(journey.last_touch_at, at)
    journey.updated_at = at
    pass_turn(journey=journey, tasks=tasks, at=at, now=now)
    journey.nudge_due_at = first_nudge_at(journey=journey, tasks=tasks)
    write_together(changed=[(journey, STATE)])


def write_journey_status(*, journey: Journey, status: JourneyStatus, reason: str, at: datetime) -> None:
    """Set the journey's status and what goes with it (not saved here), with its event."""
    before = journey.status
    journey.status = status
    journey.completed_at = at if status is JourneyStatus.COMPLETED else None
    journey.stalled_at = at if status is JourneyStatus.STALLED else None
    write_event(
        journey=journey,
        event_type=JourneyEventType.JOURNEY_STATUS_CHANGED,
        before=before,
        after=status,
        metadata={"reason": reason},
        at=at,
    )


def first_nudge_at(*, journey: Journey, tasks: Sequence[Task]) -> datetime | None:
    """When the nudge sweep first has something to decide, as if every open task had just been touched."""
    if journey.status == JourneyStatus.COMPLETED:
        return None
    policy = policies.as_rule(policies.get_policy_row())
    verdicts = (
        nudges.decide_task(
            task=_just_touched(task, journey=journey, tasks=tasks), policy=policy, now=journey.last_touch_at
        )
        for task in tasks
        if task.status != TaskStatus.COMPLETED
    )
    return min((verdict.next_due_at for verdict in verdicts if verdict.next_due_at), default=None)


def _just_touched(task: Task, *, journey: Journey, tasks: Sequence[Task]) -> nudges.Task:
    return nudges.Task(
        id=task.pk,
        is_blocked=task.status == TaskStatus.BLOCKED,
        waits_for=waits_for(task, tasks=tasks),
        due_at=task.due_at,
        last_touch_at=journey.last_touch_at,
        nudges_sent=task.nudges_sent,
    )
