"""What a stalled checkout needs now: a prompt, a person, patience or nothing. Decided while its row is held."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from checkout.rules.holdout import Arm
from checkout.rules.position import Position
from checkout.rules.quiet_hours import QuietHours, end_of_quiet
from checkout.states import OrderStatus, Stage, StageStatus


class Action(StrEnum):
    """What the sweep does with one checkout."""

    PROMPT = "prompt"  # send the customer a message
    DEFER = "defer"  # not in quiet hours: the same decision again when they end
    WAIT = "wait"  # not stalled yet
    HOLD = "hold"  # something holds it back: look again soon
    OBSERVE = "observe"  # held out: nothing is sent, its outcome is what prompts are measured against
    SUPPRESS = "suppress"  # the customer said no
    ESCALATE = "escalate"  # a person has to look
    STOP = "stop"  # nothing to recover


@dataclass(frozen=True)
class Policy:
    """How one stage is recovered; one version of a RecoveryPolicy row."""

    is_active: bool
    stall_after: timedelta
    first_delay: timedelta
    repeat_every: timedelta
    max_prompts: int
    quiet: QuietHours


@dataclass(frozen=True)
class Facts:
    """Everything the decision rests on, read while the row is held."""

    position: Position
    is_backdated: bool
    last_transition_at: datetime
    # Agreed with the customer or a third party; only while waiting.
    waits_until: datetime | None
    prompts_sent: int
    last_prompt_at: datetime | None
    has_address: bool
    consents: bool
    # Why something holds this order back (its provider is paused, an incident), or None.
    hold_reason: str | None
    arm: Arm
    time_zone: str
    # 0 to below 1, fixed for an order: where in each interval it is looked at again while it is held.
    spread: float = 0.0


@dataclass(frozen=True)
class Verdict:
    """What to do, why (a stable code), and when to decide again (None: not before something changes)."""

    action: Action
    reason: str
    next_due_at: datetime | None = None


# Each held checkout is looked at again once in this time, each at a moment of its own: when the hold ends, its prompts
# drain evenly over one such interval instead of leaving in the same minute.
HOLD_RECHECK = timedelta(minutes=15)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def due_at(
    *, position: Position, is_backdated: bool, moved_at: datetime, waits_until: datetime | None, policy: Policy | None
) -> datetime | None:
    """When a checkout that has just moved is first decided about, or None when it is not recovered at all."""
    if policy is None or stop_reason(position=position, is_backdated=is_backdated, policy=policy):
        return None
    return stalled_at(moved_at=moved_at, waits_until=waits_until, policy=policy) + policy.first_delay


def stalled_at(*, moved_at: datetime, waits_until: datetime | None, policy: Policy) -> datetime:
    """When a checkout that does not move counts as stalled: the agreed time, or else the policy's patience."""
    return waits_until or moved_at + policy.stall_after


def spread_of(order_id: UUID) -> float:
    """The place of an order in every interval; evenly distributed, since the low bits of an id are random."""
    return (order_id.int & 0xFFFF_FFFF) / 2**32


def next_look(*, spread: float, now: datetime) -> datetime:
    """When a held checkout is looked at next: after `now`, at most one interval later, at its own place in it."""
    since = (now - _EPOCH - spread * HOLD_RECHECK) % HOLD_RECHECK
    return now - since + HOLD_RECHECK


def decide_recovery(*, facts: Facts, policy: Policy, now: datetime) -> Verdict:
    """Decide about one claimed checkout."""
    stop = stop_reason(position=facts.position, is_backdated=facts.is_backdated, policy=policy)
    if stop:
        return Verdict(Action.STOP, stop)
    early = _not_yet(facts=facts, policy=policy, now=now)
    if early is not None:
        return early
    return _barred(facts=facts, now=now) or _prompt_or_person(facts=facts, policy=policy, now=now)


def _barred(*, facts: Facts, now: datetime) -> Verdict | None:
    """Why this customer gets no prompt at all, whatever the hour."""
    if facts.hold_reason:
        return Verdict(Action.HOLD, facts.hold_reason, next_look(spread=facts.spread, now=now))
    if not facts.has_address:
        # In either arm: whom no prompt can reach, none can be held back from. Such a checkout is not compared.
        return Verdict(Action.ESCALATE, "no-address")
    if facts.arm is Arm.HOLDOUT:
        return Verdict(Action.OBSERVE, "in-holdout")
    return None if facts.consents else Verdict(Action.SUPPRESS, "opted-out")


def stop_reason(*, position: Position, is_backdated: bool, policy: Policy) -> str | None:
    """Why there is nothing to recover, or None."""
    return rest_reason(position=position, is_backdated=is_backdated) or (None if policy.is_active else "policy-off")


def rest_reason(*, position: Position, is_backdated: bool) -> str | None:
    """Why there is nothing to recover, whatever the policy says, or None."""
    reasons = {
        "order-canceled": position.order_status is OrderStatus.CANCELED,
        "order-on-hold": position.order_status is OrderStatus.ON_HOLD,
        "checkout-completed": position.stage is Stage.COMPLETED,
        "backdated": is_backdated,
    }
    return next((reason for reason, applies in reasons.items() if applies), None)


def _not_yet(*, facts: Facts, policy: Policy, now: datetime) -> Verdict | None:
    waits_until = facts.waits_until if facts.position.stage_status is StageStatus.WAITING else None
    first = stalled_at(moved_at=facts.last_transition_at, waits_until=waits_until, policy=policy) + policy.first_delay
    if now < first:
        return Verdict(Action.WAIT, "not-stalled", first)
    again = facts.last_prompt_at + policy.repeat_every if facts.last_prompt_at else first
    return Verdict(Action.WAIT, "prompted-recently", again) if now < again else None


def _prompt_or_person(*, facts: Facts, policy: Policy, now: datetime) -> Verdict:
    if facts.prompts_sent >= policy.max_prompts:
        return Verdict(Action.ESCALATE, "prompts-exhausted")
    quiet_until = end_of_quiet(quiet=policy.quiet, time_zone=facts.time_zone, now=now)
    if quiet_until:
        return Verdict(Action.DEFER, "quiet-hours", quiet_until)
    return Verdict(Action.PROMPT, "stalled", now + policy.repeat_every)
