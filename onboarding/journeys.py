"""Journeys as they are opened, held, changed and settled; every action on one goes through here.

Locks are taken in one order: the order's row (only to open a journey), then the journey's. Whoever holds the journey may
change its tasks and artifacts. `settle` comes last in every action: it brings the journey's own figures in step.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from checkout.errors import OrderNotFound
from checkout.models import Order
from checkout.states import Stage
from onboarding import policies
from onboarding.errors import JourneyNotFound, TaskNotFound
from onboarding.models import Artifact, Interaction, Journey, JourneyEvent, JourneyTemplate, Task
from onboarding.rules import nudges, self_checks
from onboarding.rules.progress import decide_progress
from onboarding.states import (
    ActorType,
    InteractionChannel,
    JourneyEventType,
    JourneyStatus,
    SelfCheck,
    Side,
    TaskStatus,
)
from onboarding.templates import find_template
from onboarding.turns import pass_turn, waits_for
from smplat.db import require_transaction


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
    require_transaction()
    journey = Journey.objects.select_for_update(of=("self",)).select_related("order").filter(pk=journey_id).first()
    if journey is None:
        raise JourneyNotFound
    return Held(journey, list_tasks(journey))


def hold_journey_of(order_id: UUID) -> Held:
    """Lock the journey of an order.

    Raises:
        JourneyNotFound: the order has none, or there is no such order.
    """
    require_transaction()
    found = Journey.objects.filter(order_id=order_id).values_list("pk", flat=True).first()
    if found is None:
        raise JourneyNotFound(f"Onboarding journey missing for order {order_id}")
    return hold_journey(found)


def hold_or_open_journey(*, order_id: UUID, at: datetime, now: datetime) -> tuple[Held, bool]:
    """Lock the journey of an order; the first to come makes it. The flag says whether it is new.

    Raises:
        OrderNotFound: there is no such order.
    """
    require_transaction()
    if Journey.objects.filter(order_id=order_id).exists():
        return hold_journey_of(order_id), False
    order = Order.objects.select_for_update().filter(pk=order_id).first()
    if order is None:
        raise OrderNotFound
    # Whoever came second waited for the order's lock and finds the journey now.
    if Journey.objects.filter(order_id=order_id).exists():
        return hold_journey_of(order_id), False
    return _open_journey(order=order, at=at, now=now), True


def list_tasks(journey: Journey) -> list[Task]:
    """The tasks that count, in the order a client reads them."""
    return list(Task.objects.filter(journey=journey, dropped_at__isnull=True).order_by("sort_order", "slug"))


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
    """Give a task another status, with its event. Nothing happens when it has it already."""
    require_transaction()
    if task.status == status and task.is_skipped == is_skipped:
        return
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
    journey.save()


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
    required = Artifact.objects.filter(task=task, required=True)
    facts = self_checks.Facts(
        artifacts_required=required.count(),
        artifacts_received=required.filter(received_at__isnull=False).count(),
        has_platform_context=bool(held.journey.context.get("platform_contexts")),
        is_in_fulfillment=_stage_of(held.journey.order) in {Stage.FULFILLMENT, Stage.COMPLETED},
    )
    return self_checks.passes(SelfCheck(task.self_check), facts)


def _stage_of(order: Order) -> str:
    checkout = getattr(order, "orchestration", None)
    return checkout.current_stage if checkout else ""


def _open_journey(*, order: Order, at: datetime, now: datetime) -> Held:
    template = find_template(order)
    journey = Journey(
        order=order,
        template=template,
        status=JourneyStatus.ACTIVE,
        started_at=at,
        last_touch_at=at,
        last_progress_at=at,
        # Passed on by `settle`, which writes the first turn down.
        turn=Side.NOBODY,
        turn_since=at,
        created_at=now,
        updated_at=at,
    )
    journey.save()
    tasks = _copy_tasks(template=template, journey=journey, at=at, now=now)
    write_event(
        journey=journey,
        event_type=JourneyEventType.JOURNEY_STARTED,
        after=JourneyStatus.ACTIVE,
        metadata={
            "source_order_status": order.status,
            "template": str(template),
            # With these the log alone rebuilds the journey (onboarding.rules.replay).
            "tasks": [{"id": str(task.pk), "slug": task.slug, "due_at": as_text(task.due_at)} for task in tasks],
        },
        at=at,
    )
    held = Held(journey, tasks)
    complete_what_is_done(held=held, at=at)
    settle(held=held, has_moved=True, at=at, now=now)
    return held


def _copy_tasks(*, template: JourneyTemplate, journey: Journey, at: datetime, now: datetime) -> list[Task]:
    lines = list(template.tasks.order_by("sort_order", "slug"))
    tasks = [
        Task(
            journey=journey,
            slug=line.slug,
            title=line.title,
            description=line.description,
            sort_order=line.sort_order,
            due_at=at + timedelta(hours=line.due_after_hours) if line.due_after_hours else None,
            preferred_channel=line.preferred_channel,
            depends_on=line.depends_on,
            self_check=line.self_check,
            created_at=now,
            updated_at=at,
        )
        for line in lines
    ]
    Task.objects.bulk_create(tasks)
    Artifact.objects.bulk_create(
        Artifact(journey=journey, task=task, label=label, created_at=at, updated_at=at)
        for line, task in zip(lines, tasks, strict=True)
        for label in line.required_artifacts
    )
    return tasks
