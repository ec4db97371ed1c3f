"""Whose turn a journey is, read from the database and written down when it passes."""

from collections.abc import Collection, Sequence
from datetime import datetime

from checkout.states import OrderStatus
from onboarding.models import Artifact, Journey, SlaTurn, Task
from onboarding.rules.sla import OpenTask, Situation, whose_turn
from onboarding.states import JourneyStatus, TaskStatus
from smplat.db import require_transaction
from smplat.operations.holds import InForce, Subject, find_holds
from smplat.operations.models import HoldScope

# Nobody waits for anything of an order in these states.
AT_REST = frozenset({OrderStatus.CANCELED, OrderStatus.ON_HOLD})


def pass_turn(*, journey: Journey, tasks: Sequence[Task], at: datetime, now: datetime) -> None:
    """Set whose turn it is on the journey (not saved here); a change writes a SlaTurn."""
    require_transaction()
    side, reason = whose_turn(situation_of(journey=journey, tasks=tasks, now=now))
    if side.value != journey.turn:
        journey.turn, journey.turn_since = side.value, at
        SlaTurn.objects.create(journey=journey, side=side.value, reason=reason, at=at)


def situation_of(*, journey: Journey, tasks: Sequence[Task], now: datetime) -> Situation:
    """The facts of the rule."""
    holds = holds_on(journey, now=now)
    return Situation(
        is_over=journey.status == JourneyStatus.COMPLETED or journey.order.status in AT_REST,
        is_provider_held=any(subject.scope is HoldScope.PROVIDER for subject in holds),
        is_held_by_us=any(subject.scope is not HoldScope.PROVIDER for subject in holds),
        tasks=[open_task(task, tasks=tasks) for task in tasks if task.status != TaskStatus.COMPLETED],
    )


def holds_on(journey: Journey, *, now: datetime) -> dict[Subject, InForce]:
    """Holds in force on the order, on a provider of one of its items, or on everything."""
    providers = journey.order.items.exclude(provider=None).values_list("provider_id", flat=True)
    keys: dict[HoldScope, Collection[str]] = {
        HoldScope.ORDER: [str(journey.order_id)],
        HoldScope.PROVIDER: sorted(set(map(str, providers))),
    }
    return find_holds(keys_by_scope=keys, now=now)


def open_task(task: Task, *, tasks: Sequence[Task]) -> OpenTask:
    """One open task as the rule sees it."""
    required = Artifact.objects.filter(task=task, required=True)
    return OpenTask(
        is_blocked=task.status == TaskStatus.BLOCKED,
        waits_for=waits_for(task, tasks=tasks),
        is_assigned=task.assignee_id is not None,
        has_all_artifacts=required.exists() and not required.filter(received_at__isnull=True).exists(),
    )


def waits_for(task: Task, *, tasks: Sequence[Task]) -> str:
    """The slug of the task that has to be done first and is not, or empty."""
    is_open = any(other.slug == task.depends_on and other.status != TaskStatus.COMPLETED for other in tasks)
    return task.depends_on if is_open else ""
