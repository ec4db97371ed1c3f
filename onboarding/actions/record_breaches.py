"""Due times that passed are written down once, charged to the side that had most of the time."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from onboarding.at_risk import overdue_tasks
from onboarding.models import SlaBreach, SlaTurn, Task
from onboarding.rules.sla import Side, Turn, find_breach
from smplat.db import transaction


def record_breaches(*, limit: int, now: datetime) -> int:
    """Write at most `limit` breaches; returns how many. Twice is once: a task breaches one due time once.

    A canceled order breaches nothing, one on hold not before it goes on, and a backdated one was never promised anything.
    """
    with transaction():
        known = SlaBreach.objects.filter(task=OuterRef("pk"), due_at=OuterRef("due_at"))
        fresh = overdue_tasks(now=now).exclude(Exists(known))
        late = list(
            fresh.filter(journey__order__is_backdated=False).select_related("journey").order_by("due_at", "id")[:limit]
        )
        turns = _turns_of({task.journey_id for task in late})
        breaches = [_breach_of(task, turns=turns[task.journey_id], now=now) for task in late]
        # Another sweep may have written some of them meanwhile.
        SlaBreach.objects.bulk_create(breaches, ignore_conflicts=True)
        return len(breaches)


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
