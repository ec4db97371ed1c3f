"""Whose turn a journey is, read from the database and written down when it passes."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from checkout.holds import OrderHold, holds_by_order
from onboarding.models import Artifact, Journey, SlaTurn, Task
from onboarding.rules.sla import OpenTask, Side, Situation, whose_turn
from onboarding.states import AT_REST, JourneyStatus, TaskStatus
from smplat.db import require_transaction
from smplat.operations.models import HoldScope


def pass_turn(*, journey: Journey, tasks: Sequence[Task], at: datetime, now: datetime) -> None:
    """Set whose turn it is on the journey (not saved here); a change writes a SlaTurn."""
    turn = turns_of([journey], tasks={journey.pk: tasks}, now=now)[journey.pk]
    pass_turns([journey], turns={journey.pk: turn}, at=at)


def pass_turns(journeys: Sequence[Journey], *, turns: Mapping[UUID, tuple[Side, str]], at: datetime) -> list[Journey]:
    """Set these turns on the journeys (not saved here), each change with its SlaTurn; answers those that changed."""
    require_transaction()
    passed = [journey for journey in journeys if turns[journey.pk][0].value != journey.turn]
    for journey in passed:
        journey.turn, journey.turn_since = turns[journey.pk][0].value, at
    SlaTurn.objects.bulk_create(
        SlaTurn(journey=journey, side=journey.turn, reason=turns[journey.pk][1], at=at) for journey in passed
    )
    return passed


def turns_of(
    journeys: Sequence[Journey], *, tasks: Mapping[UUID, Sequence[Task]], now: datetime
) -> dict[UUID, tuple[Side, str]]:
    """The side each journey waits on, with the reason. The number of queries does not grow with the journeys."""
    holds = holds_by_order([journey.order_id for journey in journeys], now=now)
    handed_in = _handed_in([journey.pk for journey in journeys])
    return {
        journey.pk: whose_turn(
            _situation_of(
                journey,
                tasks=tasks.get(journey.pk, ()),
                holds=holds.get(journey.order_id, ()),
                handed_in=handed_in,
            )
        )
        for journey in journeys
    }


def waits_for(task: Task, *, tasks: Sequence[Task]) -> str:
    """The slug of the task that has to be done first and is not, or empty."""
    is_open = any(other.slug == task.depends_on and other.status != TaskStatus.COMPLETED for other in tasks)
    return task.depends_on if is_open else ""


def _situation_of(
    journey: Journey, *, tasks: Sequence[Task], holds: Sequence[OrderHold], handed_in: Collection[UUID]
) -> Situation:
    return Situation(
        is_over=journey.status == JourneyStatus.COMPLETED or journey.order.status in AT_REST,
        is_provider_held=any(hold.scope is HoldScope.PROVIDER for hold in holds),
        is_held_by_us=any(hold.scope is not HoldScope.PROVIDER for hold in holds),
        tasks=[
            OpenTask(
                is_blocked=task.status == TaskStatus.BLOCKED,
                waits_for=waits_for(task, tasks=tasks),
                is_assigned=task.assignee_id is not None,
                has_all_artifacts=task.pk in handed_in,
            )
            for task in tasks
            if task.status != TaskStatus.COMPLETED
        ],
    )


def _handed_in(journey_ids: Collection[UUID]) -> set[UUID]:
    """Tasks that ask for artifacts and have got them all."""
    asked = Artifact.objects.filter(journey_id__in=journey_ids, task__isnull=False, required=True)
    counts = asked.order_by().values_list("task_id").annotate(asked=Count("id"), received=Count("received_at"))
    return {task_id for task_id, wanted, received in counts if task_id and wanted == received}
