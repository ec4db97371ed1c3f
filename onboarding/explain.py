"""Why a client was nudged or not: the facts of this moment, the verdicts they give, and what was decided before."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from onboarding import policies
from onboarding.cases import decide, read_cases
from onboarding.claims import group_alone
from onboarding.errors import JourneyNotFound
from onboarding.models import Journey, NudgeDecision
from onboarding.rules.nudges import Client, Task, Verdict
from onboarding.rules.nudges import Journey as JourneyFacts
from onboarding.timetable import SWEEP
from smplat.operations.models import SetAside
from smplat.operations.set_aside import find_set_aside

LATEST = 15


@dataclass(frozen=True)
class TaskVerdict:
    """What would be decided now about one task, and what that rests on; about the whole journey when `slug` is empty."""

    slug: str
    title: str
    facts: Task | None
    verdict: Verdict


@dataclass(frozen=True)
class Explanation:
    """All that is to say about the nudges of one order; `decisions` are the latest, newest first."""

    order_number: str
    journey_id: UUID
    status: str
    due_at: datetime | None
    is_due: bool
    journey: JourneyFacts
    client: Client
    verdicts: tuple[TaskVerdict, ...]
    # An error keeps the sweep from deciding about it.
    set_aside: SetAside | None
    decisions: tuple[NudgeDecision, ...]


def explain_order(order: str, *, now: datetime) -> Explanation:
    """Explain an order, by number or id. Reads only.

    Raises:
        JourneyNotFound: there is no such order, or it has no journey.
    """
    wanted = Q(order__order_number=order)
    with suppress(ValueError):
        wanted |= Q(order_id=UUID(order))
    journey = Journey.objects.filter(wanted).select_related("order__customer").first()
    if journey is None:
        raise JourneyNotFound
    return explain_journey(journey, now=now)


def explain_journey(journey: Journey, *, now: datetime) -> Explanation:
    """Explain one journey, read with its order and customer. Reads only."""
    policy = policies.as_rule(policies.get_policy_row())
    (case,) = read_cases([group_alone(journey)], policy=policy, now=now)
    (facts,) = case.facts
    known = {task.id: task for task in facts.tasks}
    decisions = NudgeDecision.objects.filter(journey=journey).select_related("task").order_by("-decided_at", "-id")
    return Explanation(
        order_number=journey.order.order_number,
        journey_id=journey.pk,
        status=journey.status,
        due_at=journey.nudge_due_at,
        is_due=journey.nudge_due_at is not None and journey.nudge_due_at <= now,
        journey=facts,
        client=case.client,
        verdicts=tuple(
            TaskVerdict(
                slug=case.tasks[one.task_id].slug if one.task_id else "",
                title=case.tasks[one.task_id].title if one.task_id else "",
                facts=known[one.task_id] if one.task_id else None,
                verdict=one.verdict,
            )
            for one in decide(case, policy=policy, now=now)
        ),
        set_aside=find_set_aside(journey.pk, sweep=SWEEP, now=now),
        decisions=tuple(decisions[:LATEST]),
    )
