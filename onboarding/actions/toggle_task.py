"""Somebody ticks a task, or takes the tick back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from onboarding.journeys import change_task_status, hold_journey_of, settle, write_interaction
from onboarding.states import ActorType, InteractionChannel, TaskStatus
from smplat.db import Receipt, transaction


@dataclass(frozen=True)
class TaskToggled:
    """The task, and whether anything was written."""

    journey_id: UUID
    task_id: UUID
    has_changed: bool


def toggle_task(
    *,
    order_id: UUID,
    task_id: UUID,
    completed: bool,
    actor: ActorType,
    now: datetime,
    receipt: Receipt | None = None,
) -> TaskToggled:
    """Complete a task or reopen it, with its event and interaction; asking for what is so already writes nothing.

    Raises:
        JourneyNotFound: the order has no journey.
        TaskNotFound: the journey has no such task.
    """
    with transaction(receipt=receipt) as keep:
        held = hold_journey_of(order_id)
        task = held.get_task(task_id)
        wanted = TaskStatus.COMPLETED if completed else TaskStatus.PENDING
        has_changed = (task.status == TaskStatus.COMPLETED) != completed
        if has_changed:
            change_task_status(held=held, task=task, status=wanted, at=now, metadata={"actor": actor.value})
            write_interaction(
                journey=held.journey,
                task=task,
                actor=actor,
                channel=InteractionChannel.DASHBOARD,
                summary=f"{'Completed' if completed else 'Reopened'}: {task.title}"[:255],
                at=now,
            )
            settle(held=held, has_moved=True, at=now, now=now)
        return keep(TaskToggled(held.journey.pk, task_id, has_changed))
