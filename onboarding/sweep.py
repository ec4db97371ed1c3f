"""A nudge sweep: batch after batch until nothing is due."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from onboarding import policies
from onboarding.actions.sweep_nudges import Swept, sweep_nudges
from onboarding.cases import decide, read_cases
from onboarding.claims import Due, DueClient, list_due, read_groups
from onboarding.rules.nudges import Action, Policy
from smplat.db import rehearsal
from smplat.ids import new_id
from smplat.isolation import isolate

# Large enough that the fixed cost of a batch does not count, small enough that its locks last a fraction of a second.
BATCH = 500

Clock = Callable[[], datetime]


def run_sweep(
    *,
    clock: Clock,
    until: datetime,
    idle_after: timedelta | None = None,
    limit: int | None = None,
    on_batch: Callable[[int], None] = lambda _: None,
) -> Swept:
    """Sweep until nothing is due, `limit` journeys were taken, or `until` has passed. Runs outside a transaction."""
    sweep_id, total = new_id(), Swept()
    while clock() < until and (limit is None or total.claimed < limit):
        size = BATCH if limit is None else min(BATCH, limit - total.claimed)
        # What was decided about is not due any more; a pass over idle journeys goes on where the batch ended.
        after = total.last if idle_after is not None else None
        batch = sweep_nudges(sweep_id=sweep_id, limit=size, now=clock(), idle_after=idle_after, after=after)
        total += batch
        on_batch(batch.claimed)
        if not (batch.claimed if idle_after is None else batch.last):
            break
    return total


def plan_sweep(*, now: datetime, idle_after: timedelta | None = None, limit: int | None = None) -> Swept:
    """What a sweep would do now. Reads in pages, locks and writes nothing."""
    policy, due = policies.as_rule(policies.get_policy_row()), Due(now)
    if idle_after is not None:
        policy, due = replace(policy, idle_after=idle_after), Due(now, idle_since=now - idle_after)
    met, total = set[UUID](), Swept()
    page, last = list_due(due, after=None, limit=min(BATCH, limit or BATCH))
    while page:
        # A client whose journeys lie on two pages came whole with the first.
        fresh = [client for client in page if client.subjects[0].id not in met]
        met |= {subject.id for client in fresh for subject in client.subjects}
        total += _plan_page(fresh, policy=policy, now=now)
        if last is None or (limit is not None and total.claimed >= limit):
            break
        page, last = list_due(due, after=last, limit=BATCH)
    return total


def _plan_page(clients: Sequence[DueClient], *, policy: Policy, now: datetime) -> Swept:
    def plan_part(part: Sequence[DueClient]) -> Swept:
        cases = read_cases(read_groups(part), policy=policy, now=now)
        actions = [
            Counter(decision.verdict.action for decision in decide(case, policy=policy, now=now)) for case in cases
        ]
        return Swept(
            journeys=sum(len(case.journeys) for case in cases),
            clients=sum(bool(counts[Action.NUDGE]) for counts in actions),
            counts=sum(actions, Counter[Action]()),
        )

    with rehearsal():
        found = isolate(plan_part, items=clients)
    return sum(found.results, Swept(set_aside=sum(len(broken.item.subjects) for broken in found.broken)))
