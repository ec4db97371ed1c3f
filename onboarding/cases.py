"""What the nudge sweep decides about: clients with every fact the decision rests on, read in set-based queries.

A sweep holds the rows meanwhile (onboarding.claims), so that nothing it decided on can change before it has committed.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from checkout.holds import OrderHold, holds_by_order
from checkout.models import Customer
from checkout.rules.quiet_hours import known_zone
from checkout.rules.recovery import spread_of
from checkout.states import OrderStatus
from onboarding.claims import Group
from onboarding.models import Interaction, Journey, NudgeDecision, Task
from onboarding.rules import nudges
from onboarding.rules.nudges import Decision, Policy, Reason
from onboarding.states import JourneyStatus, NudgeAction, TaskStatus
from onboarding.turns import waits_for
from smplat.bulk_rows import among
from smplat.outbox.choices import AT_REST, Category, Channel, State
from smplat.outbox.models import Message
from smplat.outbox.queries import find_unwilling

# What did not reach anybody does not count against the frequency cap.
NEVER_ARRIVED = tuple(state for state in AT_REST if state != State.DELIVERED)


@dataclass(frozen=True)
class Case:
    """One client's due journeys, their open tasks, and the same as facts of the rules."""

    customer: Customer | None
    journeys: Mapping[UUID, Journey]
    tasks: Mapping[UUID, Task]
    facts: Sequence[nudges.Journey]
    client: nudges.Client

    def fact_of(self, decision: Decision) -> nudges.Task:
        """The facts of the task a decision is about."""
        facts = next(one for one in self.facts if one.id == decision.journey_id)
        return next(task for task in facts.tasks if task.id == decision.task_id)


@dataclass(frozen=True)
class _Read:
    """What one read of many journeys found."""

    tasks: Mapping[UUID, Sequence[Task]]
    touched_at: Mapping[UUID, datetime]
    nudged_at: Mapping[UUID, Mapping[Reason, datetime]]
    holds: Mapping[UUID, Sequence[OrderHold]]


def read_cases(groups: Sequence[Group], *, policy: Policy, now: datetime) -> list[Case]:
    """The facts of these clients; the number of queries does not grow with them."""
    journeys = [journey for group in groups for journey in group.journeys]
    ids = [journey.pk for journey in journeys]
    read = _Read(
        tasks=tasks_of(ids),
        touched_at=_touched_at(ids),
        nudged_at=_nudged_at(ids),
        holds=holds_by_order([journey.order_id for journey in journeys], now=now),
    )
    people = {group.customer.pk for group in groups if group.customer}
    unwilling = find_unwilling(recipient_ids=people, category=Category.ONBOARDING)
    messages = _messages_to(people, since=now - policy.cap_window)
    return [
        Case(
            customer=group.customer,
            journeys={journey.pk: journey for journey in group.journeys},
            tasks={task.pk: task for journey in group.journeys for task in read.tasks.get(journey.pk, ())},
            facts=[_journey_facts(journey, read) for journey in group.journeys],
            client=_client_facts(group.customer, unwilling=unwilling, messages=messages),
        )
        for group in groups
    ]


def decide(case: Case, *, policy: Policy, now: datetime) -> list[Decision]:
    """The rules' decisions about one client."""
    return nudges.decide_client(journeys=case.facts, client=case.client, policy=policy, now=now)


def _journey_facts(journey: Journey, read: _Read) -> nudges.Journey:
    order, tasks = journey.order, read.tasks.get(journey.pk, ())
    holds = read.holds.get(order.pk, ())
    return nudges.Journey(
        id=journey.pk,
        is_completed=journey.status == JourneyStatus.COMPLETED,
        is_order_canceled=order.status == OrderStatus.CANCELED,
        is_order_on_hold=order.status == OrderStatus.ON_HOLD,
        is_backdated=order.is_backdated,
        hold_reason=holds[0].reason if holds else "",
        tasks=[_task_facts(task, tasks=tasks, read=read) for task in tasks if task.status != TaskStatus.COMPLETED],
        spread=spread_of(order.pk),
    )


def _task_facts(task: Task, *, tasks: Sequence[Task], read: _Read) -> nudges.Task:
    nudged_at = read.nudged_at.get(task.pk, {})
    return nudges.Task(
        id=task.pk,
        is_blocked=task.status == TaskStatus.BLOCKED,
        waits_for=waits_for(task, tasks=tasks),
        due_at=task.due_at,
        # A reminder that named several tasks touched each, though its line in the log is bound to none.
        last_touch_at=max(task.updated_at, read.touched_at.get(task.pk, task.updated_at), *nudged_at.values()),
        nudged_at=nudged_at,
        nudges_sent=task.nudges_sent,
    )


def _client_facts(
    customer: Customer | None, *, unwilling: Collection[UUID], messages: Mapping[UUID, Sequence[datetime]]
) -> nudges.Client:
    if customer is None:
        return nudges.Client(has_address=False, consents=False, time_zone="UTC")
    return nudges.Client(
        has_address=bool(customer.email),
        consents=customer.pk not in unwilling,
        time_zone=known_zone(customer.time_zone),
        messages_at=messages.get(customer.pk, ()),
    )


def tasks_of(journey_ids: Collection[UUID]) -> dict[UUID, list[Task]]:
    """The tasks that count, in the order a client reads them."""
    counted = among(Task.objects.filter(dropped_at__isnull=True), "journey_id", journey_ids)
    found: dict[UUID, list[Task]] = defaultdict(list)
    for task in counted.order_by("sort_order", "slug"):
        found[task.journey_id].append(task)
    return found


def _touched_at(journey_ids: Collection[UUID]) -> dict[UUID, datetime]:
    about_tasks = among(Interaction.objects.filter(task__isnull=False), "journey_id", journey_ids)
    return dict(about_tasks.values_list("task_id").annotate(Max("created_at")).order_by())


def _nudged_at(journey_ids: Collection[UUID]) -> dict[UUID, dict[Reason, datetime]]:
    nudges_only = NudgeDecision.objects.filter(action=NudgeAction.NUDGE, reason__in=list(Reason))
    made = among(nudges_only, "journey_id", journey_ids)
    found: dict[UUID, dict[Reason, datetime]] = defaultdict(dict)
    for task_id, reason, at in made.values_list("task_id", "reason").annotate(Max("decided_at")).order_by():
        found[task_id][Reason(reason)] = at
    return found


def _messages_to(people: Collection[UUID], *, since: datetime) -> dict[UUID, list[datetime]]:
    """When each was written to by us, whatever about: recovery prompts and nudges share the client's patience."""
    arrived = Message.objects.filter(created_at__gt=since).exclude(state__in=NEVER_ARRIVED)
    recent = among(arrived, "recipient_id", people)
    found: dict[UUID, list[datetime]] = defaultdict(list)
    for person, at in recent.filter(channel__in=(Channel.EMAIL, Channel.SLACK)).values_list(
        "recipient_id", "created_at"
    ):
        if person:
            found[person].append(at)
    return found
