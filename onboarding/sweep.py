"""A nudge sweep: batch after batch until nothing is due."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from onboarding import policies
from onboarding.actions.sweep_nudges import sweep_nudges
from onboarding.cases import decide, read_cases
from onboarding.claims import Due, list_due
from onboarding.rules.nudges import Action
from smplat.ids import new_id

# Large enough that the fixed cost of a batch does not count, small enough that its locks last a fraction of a second.
BATCH = 500

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Total:
    """What a sweep did, or would do."""

    journeys: int
    # Clients that get a message.
    clients: int
    counts: Counter[Action]


def run_sweep(
    *,
    clock: Clock,
    until: datetime,
    idle_after: timedelta | None = None,
    limit: int | None = None,
    on_batch: Callable[[int], None] = lambda _: None,
) -> Total:
    """Sweep until nothing is due, `limit` journeys were decided about, or `until` has passed. Runs outside a transaction."""
    sweep_id, journeys, clients, counts, last = new_id(), 0, 0, Counter[Action](), None
    while clock() < until and (limit is None or journeys < limit):
        size = BATCH if limit is None else min(BATCH, limit - journeys)
        swept = sweep_nudges(sweep_id=sweep_id, limit=size, now=clock(), idle_after=idle_after, after=last)
        journeys, clients, counts = journeys + swept.journeys, clients + swept.clients, counts + swept.counts
        on_batch(swept.journeys)
        # What was decided about is not due any more; a pass over idle journeys goes on where the batch ended.
        last = swept.last if idle_after is not None else None
        if not (swept.journeys if idle_after is None else last):
            break
    return Total(journeys, clients, counts)


def plan_sweep(*, now: datetime, idle_after: timedelta | None = None, limit: int | None = None) -> Total:
    """What a sweep would decide now. Reads in pages, locks and writes nothing."""
    policy, due = policies.as_rule(policies.get_policy_row()), Due(now)
    if idle_after is not None:
        policy, due = replace(policy, idle_after=idle_after), Due(now, idle_since=now - idle_after)
    met, clients, counts = set[UUID](), 0, Counter[Action]()
    page, last = list_due(due, after=None, limit=min(BATCH, limit or BATCH))
    while page:
        # A client whose journeys lie on two pages came whole with the first.
        fresh = [group for group in page if group.journeys[0].pk not in met]
        for case in read_cases(fresh, policy=policy, now=now):
            met |= case.journeys.keys()
            actions = Counter(decision.verdict.action for decision in decide(case, policy=policy, now=now))
            counts, clients = counts + actions, clients + bool(actions[Action.NUDGE])
        if last is None or (limit is not None and len(met) >= limit):
            break
        page, last = list_due(due, after=last, limit=BATCH)
    return Total(len(met), clients, counts)
