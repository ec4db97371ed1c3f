"""What follows from decisions about held clients: written for all of them at once, in the transaction that decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import F

from onboarding.cases import Case
from onboarding.letters import letter_of
from onboarding.models import Interaction, NudgeDecision, Task
from onboarding.nudge_messages import Letter, draft_of
from onboarding.rules.nudges import Action, Decision, Reason, dedupe_key, idle_hours, next_decision_at
from onboarding.states import ActorType
from smplat.bulk_rows import among, insert_rows
from smplat.db import require_transaction
from smplat.ids import new_id
from smplat.outbox.choices import Channel
from smplat.outbox.enqueue import enqueue_all

SUMMARY = "Reminder sent by the sweep"
TRIGGERED_BY = "sweep"
# A nudge counts as a touch of its journey; a decision against one does not.
STORE = """
UPDATE onboarding_journeys AS journey
SET nudge_due_at = decided.due_at,
    last_touch_at = CASE WHEN decided.is_nudged THEN greatest(journey.last_touch_at, %(now)s) ELSE journey.last_touch_at END
FROM json_to_recordset(%(decided)s::json) AS decided (id uuid, due_at timestamptz, is_nudged boolean)
WHERE journey.id = decided.id
"""


@dataclass(frozen=True)
class Outcome:
    """What was decided about one client."""

    case: Case
    decisions: Sequence[Decision]

    @property
    def nudges(self) -> list[Decision]:
        """The tasks its message names."""
        return [decision for decision in self.decisions if decision.verdict.action is Action.NUDGE]


def write_outcomes(outcomes: Sequence[Outcome], *, policy_version: int, sweep_id: UUID, now: datetime) -> None:
    """Write a message for each client that is nudged, interactions, what is new among the decisions, and the next due times.

    Emits `onboarding.nudge`.
    """
    require_transaction()
    nudged = [outcome for outcome in outcomes if outcome.nudges]
    letters = [letter_of(outcome.case, outcome.nudges) for outcome in nudged]
    drafts = [
        draft_of(letter, dedupe_key=_cause_of(outcome, now=now), now=now)
        for outcome, letter in zip(nudged, letters, strict=True)
    ]
    enqueued = enqueue_all(drafts, now=now) if drafts else []
    messages: dict[UUID, UUID] = {}
    rows: list[dict[str, Any]] = []
    for outcome, letter, message in zip(nudged, letters, enqueued, strict=True):
        messages |= {one.task_id: message.message_id for one in outcome.nudges if one.task_id}
        rows += _interactions_of(outcome, letter=letter, message_id=message.message_id, now=now)
    insert_rows(Interaction, rows)
    among(Task.objects.all(), "id", messages).update(nudges_sent=F("nudges_sent") + 1)
    _write_decisions(outcomes, messages=messages, policy_version=policy_version, sweep_id=sweep_id, now=now)
    _store(outcomes, now=now)


def _cause_of(outcome: Outcome, *, now: datetime) -> str:
    first = outcome.nudges[0]
    return f"{dedupe_key(task_id=first.task_id or first.journey_id, reason=Reason(first.verdict.reason))}:{round(now.timestamp() * 1000)}"


def _interactions_of(outcome: Outcome, *, letter: Letter, message_id: UUID, now: datetime) -> list[dict[str, Any]]:
    """One line in the log of each journey that the message speaks of, whatever the number of tasks it names."""
    return [
        {
            "id": new_id(),
            "journey_id": journey.pk,
            "task_id": named[0].task_id if len(named) == 1 else None,
            "actor_type": ActorType.SYSTEM,
            "channel": letter.channel,
            "summary": SUMMARY,
            "details": f"{letter.words.subject}\n\n{letter.words.message}",
            "metadata": {"nudge": _metadata(outcome.case, named, channel=letter.channel, now=now)},
            "message_id": message_id,
            "created_at": now,
        }
        for journey in letter.journeys
        if (named := [one for one in outcome.nudges if one.journey_id == journey.pk])
    ]


def _metadata(case: Case, named: Sequence[Decision], *, channel: Channel, now: datetime) -> dict[str, Any]:
    """The keys of contract 3.3, which know one task, are those of the first; `tasks` has all, in the order of the message."""
    tasks = [_named_task(case, decision, now=now) for decision in named]
    return {
        **{key: tasks[0][key] for key in ("key", "reason", "idle_hours")},
        "triggered_by": TRIGGERED_BY,
        "channel": channel.value,
        "automated": True,
        "tasks": tasks,
    }


def _named_task(case: Case, decision: Decision, *, now: datetime) -> dict[str, Any]:
    assert decision.task_id is not None
    reason = Reason(decision.verdict.reason)
    return {
        "task_id": str(decision.task_id),
        "title": case.tasks[decision.task_id].title,
        "key": dedupe_key(task_id=decision.task_id, reason=reason),
        "reason": reason.value,
        "idle_hours": idle_hours(task=case.fact_of(decision), now=now),
    }


def _write_decisions(
    outcomes: Sequence[Outcome], *, messages: dict[UUID, UUID], policy_version: int, sweep_id: UUID, now: datetime
) -> None:
    """Every nudge; of the others those that say something new, so that a journey that waits does not fill the table."""
    latest = _latest([journey_id for outcome in outcomes for journey_id in outcome.case.journeys])
    rows = [
        {
            "id": new_id(),
            "journey_id": decision.journey_id,
            "task_id": decision.task_id,
            "policy_version": policy_version,
            "action": decision.verdict.action,
            "reason": decision.verdict.reason,
            "next_due_at": decision.verdict.next_due_at,
            "message_id": messages.get(decision.task_id) if decision.task_id else None,
            "sweep_id": sweep_id,
            "decided_at": now,
        }
        for outcome in outcomes
        for decision in outcome.decisions
        if decision.verdict.action is Action.NUDGE
        or latest.get((decision.journey_id, decision.task_id)) != (decision.verdict.action, decision.verdict.reason)
    ]
    insert_rows(NudgeDecision, rows)


def _latest(journey_ids: Sequence[UUID]) -> dict[tuple[UUID, UUID | None], tuple[str, str]]:
    """The last decision about each task of these journeys, and about each as a whole."""
    made = among(NudgeDecision.objects.all(), "journey_id", journey_ids)
    rows = made.order_by("journey", "task", "-decided_at", "-id")
    newest = rows.distinct("journey", "task").values_list("journey_id", "task_id", "action", "reason")
    return {(journey_id, task_id): (action, reason) for journey_id, task_id, action, reason in newest}


def _store(outcomes: Sequence[Outcome], *, now: datetime) -> None:
    decided = [
        {
            "id": journey_id,
            "due_at": next_decision_at([one for one in outcome.decisions if one.journey_id == journey_id]),
            "is_nudged": any(one.journey_id == journey_id for one in outcome.nudges),
        }
        for outcome in outcomes
        for journey_id in outcome.case.journeys
    ]
    with connection.cursor() as cursor:
        cursor.execute(STORE, {"now": now, "decided": orjson.dumps(decided).decode()})
