"""A sweep: batch after batch until nothing is due."""

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from checkout.actions.sweep_checkouts import Swept, sweep_checkouts
from checkout.cases import DueCheckout, decide, list_due, read_cases, read_due
from checkout.rules.recovery import Verdict
from smplat.db import rehearsal
from smplat.ids import new_id
from smplat.isolation import isolate

# Large enough that the fixed cost of a batch does not count, small enough that its locks last a fraction of a second.
BATCH = 500

Clock = Callable[[], datetime]


def run_sweep(*, clock: Clock, until: datetime, on_batch: Callable[[int], None] = lambda _: None) -> Swept:
    """Sweep until nothing is due or `until` has passed; adds the batches up. Must run outside a transaction."""
    sweep_id, total = new_id(), Swept()
    while clock() < until:
        with _garbage_kept():
            batch = sweep_checkouts(sweep_id=sweep_id, limit=BATCH, now=clock())
        if not batch.claimed:
            break
        total += batch
        on_batch(batch.claimed)
    return total


@contextmanager
def _garbage_kept() -> Iterator[None]:
    """No search for reference cycles during one batch: it would go through the whole program a quarter of the time.

    What a batch leaves is bounded, and almost all of it is freed without such a search.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def plan_sweep(*, now: datetime) -> Swept:
    """What a sweep would do now. Reads in pages, locks and writes nothing."""
    total, last = Swept(), None
    while due := list_due(after=last, limit=BATCH, now=now):
        plan = plan_batch(due, now=now)
        total += Swept(Counter(verdict.action for verdict in plan.verdicts), set_aside=plan.broken)
        last = due[-1]
    return total


@dataclass(frozen=True)
class Plan:
    """What would be decided about some checkouts, and how many of them an error keeps from a decision."""

    verdicts: Sequence[Verdict]
    broken: int


def plan_batch(due: Sequence[DueCheckout], *, now: datetime) -> Plan:
    """The verdict about each, as of the moment it is due. Writes nothing."""
    due_at = {one.order_id: one.due_at or now for one in due}

    def plan_part(part: Sequence[DueCheckout]) -> list[Verdict]:
        cases = read_cases(read_due(part), now=now)
        return [decide(case, now=max(now, due_at[case.order_id])) for case in cases]

    with rehearsal():
        found = isolate(plan_part, items=due)
    return Plan([verdict for part in found.results for verdict in part], len(found.broken))
