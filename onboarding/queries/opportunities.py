"""Which open tasks of a journey ask for a nudge now (contract 3.10): by the rules of the sweep, whoever sends it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from onboarding import policies
from onboarding.cases import Case, read_cases
from onboarding.claims import group_alone
from onboarding.letters import words_of
from onboarding.models import Journey
from onboarding.nudge_words import Words
from onboarding.rules import nudges
from onboarding.rules.nudges import Action, Decision, Policy, Reason
from onboarding.states import InteractionChannel


@dataclass(frozen=True)
class Opportunity:
    """One nudge that would make sense now, with the text that the sweep would send."""

    task_id: UUID
    task_slug: str
    reason: Reason
    dedupe_key: str
    idle_hours: int
    channel: InteractionChannel
    sla_expires_at: datetime
    words: Words


def list_opportunities(journey: Journey, *, now: datetime) -> list[Opportunity]:
    """In the order of the tasks. The journey is read with its order and customer."""
    policy = policies.as_rule(policies.get_policy_row())
    (case,) = read_cases([group_alone(journey)], policy=policy, now=now)
    (facts,) = case.facts
    if facts.is_completed:
        return []
    decided = ((task, nudges.decide_task(task=task, policy=policy, now=now)) for task in facts.tasks)
    return [
        _opportunity(case, task, Decision(journey.pk, task.id, verdict), policy=policy, now=now)
        for task, verdict in decided
        if verdict.action is Action.NUDGE
    ]


def _opportunity(case: Case, task: nudges.Task, decision: Decision, *, policy: Policy, now: datetime) -> Opportunity:
    row, reason = case.tasks[task.id], Reason(decision.verdict.reason)
    prefers_slack = row.preferred_channel == InteractionChannel.SLACK
    return Opportunity(
        task_id=task.id,
        task_slug=row.slug,
        reason=reason,
        dedupe_key=nudges.dedupe_key(task_id=task.id, reason=reason),
        idle_hours=nudges.idle_hours(task=task, now=now),
        channel=InteractionChannel.SLACK if prefers_slack else InteractionChannel.EMAIL,
        sla_expires_at=nudges.sla_expires_at(task=task, policy=policy, now=now),
        words=words_of(case, decision),
    )
