"""Tasks that complete themselves when the facts of their self-check change."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count

from checkout.models import Order
from checkout.states import Stage
from onboarding.journeys import Held, change_task_status
from onboarding.models import Artifact, Task
from onboarding.rules import self_checks
from onboarding.states import ActorType, SelfCheck, TaskStatus


def complete_what_is_done(
    *, held: Held, at: datetime, task: Task | None = None, checks: Collection[SelfCheck] = tuple(SelfCheck)
) -> bool:
    """Complete the open tasks whose self-check passes, and say whether there were any.

    Called when the facts of a predicate changed, and only for that predicate: a person who reopens such a task is not
    overruled by something that has nothing to do with it.

    Args:
        held: the journey.
        at: when the facts changed.
        task: the only one whose facts changed; None: they may have changed for all.
        checks: the predicates whose facts changed.
    """
    done = [
        one
        for one in (held.tasks if task is None else [task])
        if one.self_check in checks
        and one.status in {TaskStatus.PENDING, TaskStatus.IN_PROGRESS}
        and _passes(held, one)
    ]
    for one in done:
        change_task_status(
            held=held,
            task=one,
            status=TaskStatus.COMPLETED,
            at=at,
            metadata={"actor": ActorType.SYSTEM, "self_check": one.self_check},
        )
    return bool(done)


def _passes(held: Held, task: Task) -> bool:
    check = SelfCheck(task.self_check)
    # Each fact is a look into the database: only what this predicate rests on is asked.
    asks_artifacts, asks_order = check is SelfCheck.ARTIFACTS_RECEIVED, check is SelfCheck.ORDER_IN_FULFILLMENT
    required, received = _artifacts_of(task) if asks_artifacts else (0, 0)
    facts = self_checks.Facts(
        artifacts_required=required,
        artifacts_received=received,
        has_platform_context=bool(held.journey.context.get("platform_contexts")),
        is_in_fulfillment=asks_order and _stage_of(held.journey.order) in {Stage.FULFILLMENT, Stage.COMPLETED},
    )
    return self_checks.passes(check, facts)


def _artifacts_of(task: Task) -> tuple[int, int]:
    """How many are required, and how many of those have come in."""
    counts = Artifact.objects.filter(task=task, required=True).aggregate(all=Count("id"), received=Count("received_at"))
    return counts["all"], counts["received"]


def _stage_of(order: Order) -> str:
    checkout = getattr(order, "orchestration", None)
    return checkout.current_stage if checkout else ""
