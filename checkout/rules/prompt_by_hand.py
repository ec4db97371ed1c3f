"""Whether a person may prompt a customer now: the sweep's own rules, of which some can be overridden and some never."""

from dataclasses import dataclass
from datetime import datetime

from checkout.rules.recovery import Action, Facts, Policy, decide_recovery, stop_reason


@dataclass(frozen=True)
class ByHand:
    """The answer; `reason` is the sweep's own code, also when it was overridden."""

    is_allowed: bool
    reason: str
    can_override: bool = False


def decide_prompt_by_hand(*, facts: Facts, policy: Policy, overrides: bool, now: datetime) -> ByHand:
    """Ask the rules as the sweep does; timing, holds, caps and the holdout can be overridden, the rest stands."""
    bar = _never(facts=facts, policy=policy)
    if bar:
        return ByHand(is_allowed=False, reason=bar)
    verdict = decide_recovery(facts=facts, policy=policy, now=now)
    is_allowed = verdict.action is Action.PROMPT or overrides
    return ByHand(is_allowed=is_allowed, reason=verdict.reason, can_override=verdict.action is not Action.PROMPT)


def _never(*, facts: Facts, policy: Policy) -> str | None:
    """What no person may override: an order that is over, stopped or from the past, and a customer who said no."""
    stop = stop_reason(position=facts.position, is_backdated=facts.is_backdated, policy=policy)
    if stop and stop != "policy-off":
        return stop
    if not facts.has_address:
        return "no-address"
    return None if facts.consents else "opted-out"
