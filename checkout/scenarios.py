"""The scenarios of docs/runbooks/checkout-recovery.md: each makes up an order, lets the real rules decide, and is rolled back.

The policies, switches and holds are those in force, so a scenario that fails says what a customer would meet now.
"""

from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from checkout.customers import CustomerDetails
from checkout.models import Escalation, RecoveryAction, RecoveryDecision, RecoveryPolicy
from checkout.paid import TOPIC as PAID
from checkout.rehearsal import (
    ADDRESS,
    PROVIDER,
    Rehearsed,
    midday_before,
    place,
    stalled_payment,
    sweep_alone,
    tell,
)
from checkout.rules.holdout import Arm
from checkout.states import STAGES, OrderStatus, Stage, StageStatus
from guardrails.actions.pause_provider import pause_provider
from guardrails.actions.resume_provider import resume_provider
from smplat.operations.runbooks import StepContext, StepResult, step
from smplat.outbox.actions.change_preferences import change_preferences
from smplat.outbox.choices import Category, ChangeSource
from smplat.outbox.models import Message

# Midnight there is noon in UTC, summer and winter give or take an hour.
ANTIPODES: Final = "Pacific/Auckland"
# Prompts of a stage, and the nights between them.
MOST_DECISIONS: Final = 40
NOBODY: Final = StepResult(ok=True, summary="The policy puts nobody into this arm; there is nothing to rehearse.")


@step("checkout.rehearse-order", title="An order walks through every stage")
def rehearse_order(context: StepContext) -> StepResult:
    """Placed, paid, verified, settled, delivered; paid is announced once."""
    at = midday_before(context.now)
    details = CustomerDetails(ADDRESS, "Rehearsal", "en-GB", "UTC")
    order = place(placed_at=at, customer_id=uuid4(), details=details)
    for stage in STAGES[:-1]:
        tell(order, stage, StageStatus.IN_PROGRESS, at=at)
        tell(order, stage, StageStatus.COMPLETED, at=at)
    order.refresh_from_db()
    announced = Message.objects.filter(topic=PAID, payload__order_id=str(order.pk)).count()
    summary = f"The order is {order.status}; paid was announced to {announced} listeners."
    return StepResult(ok=order.status == OrderStatus.COMPLETED, summary=summary, evidence={"listeners": announced})


@step("checkout.rehearse-stalled-payment", title="A payment stalls: the customer is prompted")
def rehearse_stalled_payment(context: StepContext) -> StepResult:
    """A prompt with a link back, in the customer's language, and the time of the next one."""
    rehearsed = stalled_payment(now=context.now)
    if rehearsed is None:
        return NOBODY
    decision = sweep_alone(rehearsed.order, at=rehearsed.due_at)
    written = rehearsed.prompts
    has_link = bool(written) and str(written[0].payload.get("url", "")).startswith("http")
    return _verdict(decision, expected=RecoveryAction.PROMPT, holds=has_link, more={"messages": len(written)})


@step("checkout.rehearse-quiet-hours", title="At night the prompt waits for the morning")
def rehearse_quiet_hours(context: StepContext) -> StepResult:
    """The same at midnight on the customer's clock."""
    rehearsed = stalled_payment(now=context.now, time_zone=ANTIPODES)
    if rehearsed is None:
        return NOBODY
    policy = RecoveryPolicy.objects.get(stage=Stage.PAYMENT)
    decision = sweep_alone(rehearsed.order, at=rehearsed.due_at)
    if policy.quiet_from == policy.quiet_until:
        return _verdict(decision, expected=RecoveryAction.PROMPT, holds=bool(rehearsed.prompts))
    return _verdict(decision, expected=RecoveryAction.DEFER, holds=not rehearsed.prompts)


@step("checkout.rehearse-paused-provider", title="While its provider is paused nobody is prompted")
def rehearse_paused_provider(context: StepContext) -> StepResult:
    """Held, and prompted at the next look after the provider was resumed."""
    rehearsed = stalled_payment(now=context.now)
    if rehearsed is None:
        return NOBODY
    at = rehearsed.due_at
    pause_provider(provider_id=PROVIDER, reason="rehearsal", by=context.by, now=at)
    held = sweep_alone(rehearsed.order, at=at)
    if held is None or held.action != RecoveryAction.HOLD or held.next_due_at is None:
        return _verdict(held, expected=RecoveryAction.HOLD)
    resume_provider(provider_id=PROVIDER, by=context.by, now=at)
    after = sweep_alone(rehearsed.order, at=held.next_due_at)
    more = {"looked_again_after": str(held.next_due_at - at)}
    return _verdict(after, expected=RecoveryAction.PROMPT, holds=bool(rehearsed.prompts), more=more)


@step("checkout.rehearse-opt-out", title="Who said no gets nothing")
def rehearse_opt_out(context: StepContext) -> StepResult:
    """Consent is read while the checkout is held, not before."""
    rehearsed = stalled_payment(now=context.now)
    if rehearsed is None or rehearsed.order.customer_id is None:
        return NOBODY
    change_preferences(
        recipient_id=rehearsed.order.customer_id,
        wants={Category.ORDER_UPDATES: False},
        source=ChangeSource.ONE_CLICK,
        now=rehearsed.due_at,
    )
    decision = sweep_alone(rehearsed.order, at=rehearsed.due_at)
    return _verdict(decision, expected=RecoveryAction.SUPPRESS, holds=not rehearsed.prompts)


@step("checkout.rehearse-held-out", title="The comparison gets nothing either")
def rehearse_held_out(context: StepContext) -> StepResult:
    """Observed and not prompted: what results are measured against."""
    rehearsed = stalled_payment(now=context.now, arm=Arm.HOLDOUT)
    if rehearsed is None:
        return NOBODY
    decision = sweep_alone(rehearsed.order, at=rehearsed.due_at)
    return _verdict(decision, expected=RecoveryAction.OBSERVE, holds=not rehearsed.prompts)


@step("checkout.rehearse-late-payment", title="Who pays after a prompt is left in peace")
def rehearse_late_payment(context: StepContext) -> StepResult:
    """No second prompt about a payment that came."""
    rehearsed = stalled_payment(now=context.now)
    if rehearsed is None:
        return NOBODY
    first = sweep_alone(rehearsed.order, at=rehearsed.due_at)
    if first is None or first.action != RecoveryAction.PROMPT or first.next_due_at is None:
        return _verdict(first, expected=RecoveryAction.PROMPT)
    tell(rehearsed.order, Stage.PAYMENT, StageStatus.COMPLETED, at=rehearsed.due_at + timedelta(minutes=1))
    second = sweep_alone(rehearsed.order, at=first.next_due_at)
    is_quiet = len(rehearsed.prompts) == 1
    summary = "Paid, and not prompted again." if is_quiet else "Prompted again although it was paid."
    return StepResult(ok=is_quiet, summary=summary, evidence={"decided": second.action if second else "nothing due"})


@step("checkout.rehearse-exhausted-prompts", title="When all prompts are sent a person is called")
def rehearse_exhausted_prompts(context: StepContext) -> StepResult:
    """Prompt after prompt, as often as the policy says, then an escalation with a deadline."""
    rehearsed = stalled_payment(now=context.now)
    if rehearsed is None:
        return NOBODY
    decisions = _until_it_rests(rehearsed)
    escalation = Escalation.objects.filter(order=rehearsed.order, resolved_at__isnull=True).first()
    policy = RecoveryPolicy.objects.get(stage=Stage.PAYMENT)
    is_right = escalation is not None and len(rehearsed.prompts) == policy.max_prompts
    more = {"decisions": [f"{one.action}: {one.reason}" for one in decisions]}
    last = decisions[-1] if decisions else None
    return _verdict(last, expected=RecoveryAction.ESCALATE, holds=is_right, more=more)


def _until_it_rests(rehearsed: Rehearsed) -> list[RecoveryDecision]:
    decisions: list[RecoveryDecision] = []
    at = rehearsed.due_at
    while len(decisions) < MOST_DECISIONS:
        decision = sweep_alone(rehearsed.order, at=at)
        if decision is None:
            break
        decisions.append(decision)
        if decision.next_due_at is None:
            break
        at = decision.next_due_at
    return decisions


def _verdict(
    decision: RecoveryDecision | None,
    *,
    expected: RecoveryAction,
    holds: bool = True,
    more: dict[str, Any] | None = None,
) -> StepResult:
    if decision is None:
        return StepResult(
            ok=False,
            summary="Nothing was decided: is recovery, or the policy of the stage, switched off?",
            evidence=more or {},
        )
    evidence = {"action": decision.action, "reason": decision.reason, **(more or {})}
    if decision.next_due_at:
        evidence["decided_again_at"] = decision.next_due_at.isoformat()
    ok = decision.action == expected and holds
    summary = f"{RecoveryAction(decision.action).label} ({decision.reason})."
    return StepResult(ok=ok, summary=summary if ok else f"{summary} Expected: {expected.label}.", evidence=evidence)
