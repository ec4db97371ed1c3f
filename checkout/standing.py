"""Why an order stands where it stands: how recovery looks at it now, and what was decided last. Plain values; nothing here writes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from checkout.cases import decide, read_cases
from checkout.models import Orchestration, Order, RecoveryAssignment, RecoveryDecision, RecoveryPolicy
from checkout.positions import Held
from checkout.queries import Checkout, items_of
from checkout.rules.recovery import Verdict
from checkout.timetable import SWEEP
from smplat.operations.holds import find_holds
from smplat.operations.models import HoldScope, SetAside
from smplat.operations.set_aside import find_set_aside


@dataclass(frozen=True)
class Holding:
    """A hold that keeps prompts about this order back."""

    # What is held: this order, the provider's name, the stage, everything.
    subject: str
    reason: str
    # None: until a person releases it.
    until: datetime | None


@dataclass(frozen=True)
class Decided:
    """The last decision of a sweep or a person."""

    at: datetime
    action: str
    reason: str


@dataclass(frozen=True)
class Standing:
    """How recovery looks at one checkout."""

    # None: nothing decides about it before something moves.
    next_decision_at: datetime | None
    is_due: bool
    prompts_sent: int
    last_prompt_at: datetime | None
    # None: the stage has no policy.
    policy: RecoveryPolicy | None
    last_decision: Decided | None
    # What the rules say at this moment; None for a checkout that was never written down.
    right_now: Verdict | None
    # Label of the arm of the comparison; empty before it was first due.
    arm: str
    holds: tuple[Holding, ...]
    # An error keeps the sweep from deciding about it.
    set_aside: SetAside | None


def find_standing(*, order: Order, checkout: Checkout, now: datetime) -> Standing:
    """Read what recovery knows; an order without a stored checkout is one that nothing was ever decided about."""
    stored = getattr(order, "orchestration", None)
    decision = RecoveryDecision.objects.filter(order=order).order_by("-decided_at", "-id").first()
    assignment = RecoveryAssignment.objects.filter(order=order, stage=checkout.stage).first()
    due_at = stored.recovery_due_at if stored else None
    return Standing(
        next_decision_at=due_at,
        is_due=due_at is not None and due_at <= now,
        prompts_sent=stored.prompts_sent if stored else 0,
        last_prompt_at=stored.last_prompt_at if stored else None,
        policy=RecoveryPolicy.objects.filter(stage=checkout.stage).first(),
        last_decision=_decided(decision) if decision else None,
        right_now=_verdict(order, stored, now=now) if stored else None,
        arm=assignment.get_arm_display() if assignment else "",
        holds=tuple(_holdings(order=order, stage=checkout.stage, now=now)),
        set_aside=find_set_aside(stored.pk, sweep=SWEEP, now=now) if stored else None,
    )


def _verdict(order: Order, stored: Orchestration, *, now: datetime) -> Verdict:
    (case,) = read_cases([Held(order, stored)], now=now)
    return decide(case, now=now)


def _decided(decision: RecoveryDecision) -> Decided:
    return Decided(decision.decided_at, decision.get_action_display(), decision.reason)


def _holdings(*, order: Order, stage: str, now: datetime) -> list[Holding]:
    providers = {item.provider.pk: item.provider.name for item in items_of(order) if item.provider}
    keys: dict[HoldScope, Collection[str]] = {
        HoldScope.ORDER: [str(order.pk)],
        HoldScope.PROVIDER: list(providers),
        HoldScope.STAGE: [stage],
    }
    names = {HoldScope.ORDER: "This order", HoldScope.STAGE: "This stage", HoldScope.EVERYTHING: "Everything"}
    return [
        Holding(names.get(subject.scope) or f"Provider {providers[subject.key]}", held.reason, held.until)
        for subject, held in find_holds(keys_by_scope=keys, now=now).items()
    ]
