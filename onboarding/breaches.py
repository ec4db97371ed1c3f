"""Due times that passed while their task was open, charged to the side that had most of the time.

The clock sweep writes those of tasks that are still open; whoever ends a due time (completes the task, moves the time, drops
the task) writes one that was missed in the same transaction, so that none goes unseen between two sweeps.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from onboarding.models import Journey, SlaBreach, SlaTurn, Task
from onboarding.rules.sla import Side, Turn, find_breach
from onboarding.states import AT_REST, TaskStatus
from smplat.db import require_transaction


def write_breaches(tasks: Sequence[Task], *, now: datetime) -> None:
    """Charge the due times of these tasks, which have passed; the tasks come with their journeys. Twice is once."""
    require_transaction()
    turns = _turns_of({task.journey_id for task in tasks})
    breaches = [_breach_of(task, turns=turns[task.journey_id], now=now) for task in tasks]
    SlaBreach.objects.bulk_create(breaches, ignore_conflicts=True)


def write_if_missed(task: Task, *, journey: Journey, at: datetime) -> None:
    """Charge the due time of a task as it is before it ends at this moment, if that is too late. Heeds what the sweep heeds."""
    is_promised = journey.order.status not in AT_REST and not journey.order.is_backdated
    is_open = task.status != TaskStatus.COMPLETED
    if is_promised and is_open and task.due_at is not None and task.due_at <= at:
        task.journey = journey
        write_breaches([task], now=at)


def _turns_of(journey_ids: Collection[UUID]) -> dict[UUID, list[Turn]]:
    rows = SlaTurn.objects.filter(journey_id__in=journey_ids).order_by("at", "id")
    found: dict[UUID, list[Turn]] = defaultdict(list)
    for journey_id, side, at in rows.values_list("journey_id", "side", "at"):
        found[journey_id].append(Turn(Side(side), at))
    return found


def _breach_of(task: Task, *, turns: list[Turn], now: datetime) -> SlaBreach:
    breach = find_breach(turns=turns, opened_at=_opened_at(task), due_at=task.due_at, now=now)
    assert breach is not None
    seconds = {side: int(waited.total_seconds()) for side, waited in breach.waited.items()}
    return SlaBreach(
        journey_id=task.journey_id,
        task=task,
        due_at=breach.at,
        charged_to=breach.charged_to.value,
        client_seconds=seconds[Side.CLIENT],
        us_seconds=seconds[Side.US],
        provider_seconds=seconds[Side.PROVIDER],
        recorded_at=now,
    )


def _opened_at(task: Task) -> datetime:
    """A task counts from its making; those made with the journey from its start, which may have been earlier."""
    journey = task.journey
    return journey.started_at if journey.started_at and task.created_at == journey.created_at else task.created_at
