"""What follows from decisions about held checkouts: written for all of them at once, in the transaction that decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from checkout.cases import Case
from checkout.escalations import Call, open_escalations
from checkout.models import EscalationReason, RecoveryAssignment, RecoveryDecision
from checkout.prompts import Prompt, write_prompts
from checkout.rules.recovery import Action, Verdict
from checkout.states import Stage
from smplat.bulk_rows import insert_rows
from smplat.db import require_transaction
from smplat.ids import new_id

# A checkout that is not due yet, or never, is in no arm.
NOT_DUE = (Action.WAIT, Action.STOP)
# prompts_sent and last_prompt_at go together; the metadata keys are those that storefronts of the predecessor read.
STORE = """
UPDATE checkout_orchestration AS checkout
SET recovery_due_at = decided.due_at,
    prompts_sent = checkout.prompts_sent + decided.prompts,
    last_prompt_at = CASE WHEN decided.prompts > 0 THEN %(now)s ELSE checkout.last_prompt_at END,
    metadata = CASE WHEN decided.prompts > 0 THEN checkout.metadata
        || jsonb_build_object('lastRecoverySweepAt', %(said_at)s, 'lastRecoveryStage', checkout.current_stage)
        ELSE checkout.metadata END,
    updated_at = %(now)s
FROM json_to_recordset(%(decided)s::json) AS decided (id uuid, due_at timestamptz, prompts int)
WHERE checkout.id = decided.id
"""


@dataclass(frozen=True)
class Outcome:
    """One verdict about one case."""

    case: Case
    verdict: Verdict


def write_outcomes(outcomes: Sequence[Outcome], *, note: str, sweep_id: UUID | None, now: datetime) -> None:
    """Write arms, prompts, escalations, the decisions themselves, and when each checkout is due next.

    Args:
        outcomes: about checkouts that the caller holds.
        note: of the events of those that are prompted.
        sweep_id: the sweep that decided; None for a person, which puts nobody into an arm.
        now: the present moment.

    Emits `checkout.recovery.prompt` and `checkout.escalation`.
    """
    require_transaction()
    if sweep_id is not None:
        _assign(outcomes, now=now)
    prompts = [_prompt_of(outcome.case) for outcome in outcomes if outcome.verdict.action is Action.PROMPT]
    messages = write_prompts(prompts, note=note, now=now)
    open_escalations([_call_of(one) for one in outcomes if one.verdict.action is Action.ESCALATE], now=now)
    unchanged = _still_held(outcomes)
    decisions = [
        _decision_of(outcome, message_id=messages.get(outcome.case.order_id), sweep_id=sweep_id, now=now)
        for outcome in outcomes
        if outcome.case.order_id not in unchanged
    ]
    insert_rows(RecoveryDecision, decisions)
    _store(outcomes, now=now)


def _assign(outcomes: Sequence[Outcome], *, now: datetime) -> None:
    """Write down the arm of those that are due for the first time, in both arms alike.

    Not of those whose customer cannot be reached: no prompt leaves in either arm, so they would only dilute the lift.
    """
    first_due = [
        {
            "id": new_id(),
            "order_id": outcome.case.order_id,
            "stage": outcome.case.held.orchestration.current_stage,
            "policy_version": _version_of(outcome.case),
            "arm": outcome.case.facts.arm,
            "assigned_at": now,
        }
        for outcome in outcomes
        if _is_first_due(outcome) and outcome.case.facts.has_address
    ]
    insert_rows(RecoveryAssignment, first_due)


def _is_first_due(outcome: Outcome) -> bool:
    case = outcome.case
    return case.policy is not None and not case.is_assigned and outcome.verdict.action not in NOT_DUE


def _version_of(case: Case) -> int:
    """0: the stage has no policy."""
    return case.policy.version if case.policy else 0


def _prompt_of(case: Case) -> Prompt:
    assert case.policy is not None
    return Prompt(held=case.held, policy=case.policy)


def _call_of(outcome: Outcome) -> Call:
    return Call(
        order=outcome.case.held.order,
        stage=Stage(outcome.case.held.orchestration.current_stage),
        reason=EscalationReason(outcome.verdict.reason),
        policy=outcome.case.policy,
    )


def _still_held(outcomes: Sequence[Outcome]) -> set[UUID]:
    """Orders that were held for the same reason already: a hold that goes on is one decision, however often it is met."""
    held = {
        one.case.order_id: (one.case.held.orchestration.current_stage, Action.HOLD.value, one.verdict.reason)
        for one in outcomes
        if one.verdict.action is Action.HOLD
    }
    if not held:
        return set()
    latest = RecoveryDecision.objects.filter(order_id__in=list(held)).order_by("order_id", "-decided_at", "-id")
    known = latest.distinct("order_id").values_list("order_id", "stage", "action", "reason")
    return {order_id for order_id, *decision in known if tuple(decision) == held[order_id]}


def _decision_of(outcome: Outcome, *, message_id: UUID | None, sweep_id: UUID | None, now: datetime) -> dict[str, Any]:
    case, verdict = outcome.case, outcome.verdict
    return {
        "id": new_id(),
        "order_id": case.order_id,
        "stage": case.held.orchestration.current_stage,
        "policy_version": _version_of(case),
        "action": verdict.action,
        "reason": verdict.reason,
        "next_due_at": verdict.next_due_at,
        "message_id": message_id,
        "sweep_id": sweep_id,
        "decided_at": now,
    }


def _store(outcomes: Sequence[Outcome], *, now: datetime) -> None:
    decided = [
        {
            "id": outcome.case.held.orchestration.pk,
            "due_at": outcome.verdict.next_due_at,
            "prompts": int(outcome.verdict.action is Action.PROMPT),
        }
        for outcome in outcomes
    ]
    with connection.cursor() as cursor:
        cursor.execute(STORE, {"now": now, "said_at": now.isoformat(), "decided": orjson.dumps(decided).decode()})
