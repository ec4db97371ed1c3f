"""What time does to journeys: turns follow holds, what stands still is stalled, and due times that passed are charged."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from onboarding.actions.follow_holds import follow_holds
from onboarding.actions.record_breaches import record_breaches
from onboarding.actions.stall_journeys import stall_journeys
from onboarding.stalls import StallReason

# As in the nudge sweep: locks last a fraction of a second.
BATCH = 500

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Kept:
    """What was written."""

    turns: int
    stalled: int
    breaches: int


def keep_clocks(*, clock: Clock) -> Kept:
    """Bring all journeys in step with the time, in batches. Any number may run at once. Runs outside a transaction.

    Turns come first, since breaches are charged by them.
    """
    return Kept(turns=_follow_holds(clock), stalled=_stall(clock), breaches=_record_breaches(clock))


def _follow_holds(clock: Clock) -> int:
    total, last = 0, None
    while True:
        followed = follow_holds(after=last, limit=BATCH, now=clock())
        total, last = total + followed.passed, followed.last
        if last is None:
            return total


def _stall(clock: Clock) -> int:
    total = 0
    for reason in StallReason:
        while stalled := stall_journeys(reason=reason, limit=BATCH, now=clock()):
            total += stalled
    return total


def _record_breaches(clock: Clock) -> int:
    total = 0
    while recorded := record_breaches(limit=BATCH, now=clock()):
        total += recorded
    return total
