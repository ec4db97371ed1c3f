"""What time does to journeys: turns follow holds, what stands still is stalled, and due times that passed are charged."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from onboarding.actions.follow_holds import follow_holds
from onboarding.actions.record_breaches import record_breaches
from onboarding.actions.stall_journeys import stall_journeys
from onboarding.clock_batches import Batch
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
    # Journeys and tasks that an error kept it from, each counted by the part that failed.
    set_aside: int = 0


def keep_clocks(*, clock: Clock) -> Kept:
    """Bring all journeys in step with the time, in batches. Any number may run at once. Runs outside a transaction.

    Turns come first, since breaches are charged by them. What cannot be brought in step is set aside and holds up nothing.
    """
    turns = _follow_holds(clock)
    stalls = sum((_until_nothing_is_left(partial(stall_journeys, reason=one), clock) for one in StallReason), Batch())
    breaches = _until_nothing_is_left(record_breaches, clock)
    failed = (turns + stalls + breaches).set_aside
    return Kept(turns=turns.done, stalled=stalls.done, breaches=breaches.done, set_aside=failed)


def _follow_holds(clock: Clock) -> Batch:
    total, last = Batch(), None
    while True:
        followed = follow_holds(after=last, limit=BATCH, now=clock())
        total, last = total + followed.batch, followed.last
        if last is None:
            return total


def _until_nothing_is_left(work: Callable[..., Batch], clock: Clock) -> Batch:
    total = Batch()
    while (batch := work(limit=BATCH, now=clock())).taken:
        total += batch
    return total
