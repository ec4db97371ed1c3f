"""Many journeys as a plan sees them: read for the preview, or held for the run."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from onboarding.journeys import Held
from onboarding.models import Journey, Task
from onboarding.rules.bulk_changes import Change, JourneyState, Plan, TaskState, plan_change
from onboarding.states import TaskStatus
from smplat.db import require_transaction


def preview_change(*, journey_ids: Collection[UUID], change: Change, now: datetime) -> Plan:
    """What a change would do now. Reads only."""
    journeys = Journey.objects.filter(pk__in=journey_ids).select_related("order").order_by("pk")
    return plan_held(_with_tasks(journeys), change=change, now=now)


def hold_journeys(journey_ids: Collection[UUID]) -> list[Held]:
    """Lock journeys in the order of their ids, so that two runs wait for each other and never for ever."""
    require_transaction()
    locked = Journey.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=journey_ids)
    return _with_tasks(locked.select_related("order", "template").order_by("pk"))


def plan_held(held: Iterable[Held], *, change: Change, now: datetime) -> Plan:
    """The plan for journeys as they are."""
    return plan_change([_state(one) for one in held], change=change, now=now)


def _with_tasks(journeys: Iterable[Journey]) -> list[Held]:
    found = list(journeys)
    tasks: dict[UUID, list[Task]] = defaultdict(list)
    counting = Task.objects.filter(journey__in=found, dropped_at__isnull=True).order_by("sort_order", "slug")
    for task in counting:
        tasks[task.journey_id].append(task)
    return [Held(journey, tasks[journey.pk]) for journey in found]


def _state(held: Held) -> JourneyState:
    return JourneyState(
        id=held.journey.pk,
        order_number=held.journey.order.order_number,
        owner_id=held.journey.owner_id,
        tasks=[
            TaskState(task.pk, task.slug, is_open=task.status != TaskStatus.COMPLETED, due_at=task.due_at)
            for task in held.tasks
        ],
    )
