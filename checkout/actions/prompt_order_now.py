"""A person prompts a customer now, by the sweep's own rules."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from checkout.actors import Actor
from checkout.cases import Case, read_cases
from checkout.errors import NothingToRecover, OverrideNeedsReason, PromptRefused
from checkout.log_lines import note_of
from checkout.models import RecoveryPolicy
from checkout.outcomes import Outcome, write_outcomes
from checkout.policies import as_rule
from checkout.positions import hold_order
from checkout.prompts import BY_HAND
from checkout.rules.prompt_by_hand import ByHand, decide_prompt_by_hand
from checkout.rules.recovery import Action, Verdict
from smplat.db import transaction
from smplat.instances import write_together

# What the decision's reason begins with when a rule was overridden: despite-quiet-hours.
DESPITE = "despite-"


@dataclass(frozen=True)
class Prompted:
    """Which prompt of the stage it was, and which rule was overridden, if any."""

    number: int
    despite: str


def prompt_order_now(*, order_id: UUID, by: Actor, reason: str, overrides: bool, now: datetime) -> Prompted:
    """Write one prompt, its event, its decision and a note in the order's log.

    Emits `checkout.recovery.prompt`.

    Raises:
        OrderNotFound: there is no such order.
        OverrideNeedsReason: `overrides` without a `reason`.
        NothingToRecover: the stage has no policy: the checkout is completed.
        PromptRefused: a rule stands against it; `reason` is its code and `canOverride` says whether it may be overridden.
    """
    if overrides and not reason.strip():
        raise OverrideNeedsReason(field="reason")
    with transaction():
        (case,) = read_cases([hold_order(order_id=order_id, now=now)], now=now)
        if case.policy is None:
            raise NothingToRecover
        answer = decide_prompt_by_hand(facts=case.facts, policy=as_rule(case.policy), overrides=overrides, now=now)
        if not answer.is_allowed:
            raise PromptRefused(
                f"No prompt now: {answer.reason}.", extra={"reason": answer.reason, "canOverride": answer.can_override}
            )
        verdict = Verdict(Action.PROMPT, _reason_of(answer), _next_due_at(case, policy=case.policy, now=now))
        write_outcomes([Outcome(case, verdict)], note=BY_HAND, sweep_id=None, now=now)
        number = case.held.orchestration.prompts_sent + 1
        despite = answer.reason if answer.can_override else ""
        facts = {"prompt": number, "despite": despite}
        # Who and why: in the order's log, which only staff and servers read.
        write_together(new=[note_of(order=case.held.order, by=by, at=now, notes=reason, metadata=facts)])
        return Prompted(number, despite)


def _reason_of(answer: ByHand) -> str:
    return DESPITE + answer.reason if answer.can_override else "by-hand"


def _next_due_at(case: Case, *, policy: RecoveryPolicy, now: datetime) -> datetime | None:
    """The sweep goes on a full pause later; what it had put to rest (exhausted, held out) stays at rest."""
    due = case.held.orchestration.recovery_due_at
    return max(due, now + timedelta(minutes=policy.repeat_every_minutes)) if due else None
