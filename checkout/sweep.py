"""A sweep: batch after batch until nothing is due."""

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from checkout.actions.sweep_checkouts import sweep_checkouts
from checkout.cases import Case, decide, list_due, read_cases
from checkout.positions import Held
from checkout.rules.recovery import Action, Verdict
from smplat.ids import new_id

# Large enough that the fixed cost of a batch does not count, small enough that its locks last a fraction of a second.
BATCH = 500

Clock = Callable[[], datetime]


def run_sweep(*, clock: Clock, until: datetime, on_batch: Callable[[int], None] = lambda _: None) -> Counter[Action]:
    """Sweep until nothing is due or `until` has passed; returns the decisions by action. Must run outside a transaction."""
    sweep_id, counts = new_id(), Counter[Action]()
    while clock() < until:
        with _garbage_kept():
            swept = sweep_checkouts(sweep_id=sweep_id, limit=BATCH, now=clock())
        if not swept.decided:
            break
        counts += swept.counts
        on_batch(swept.decided)
    return counts


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


def plan_sweep(*, now: datetime) -> Counter[Action]:
    """What a sweep would decide now, by action. Reads in pages, locks and writes nothing."""
    counts, last = Counter[Action](), None
    while held := list_due(after=last, limit=BATCH, now=now):
        counts += Counter(verdict.action for _, verdict in plan_batch(held, now=now))
        last = held[-1]
    return counts


def plan_batch(held: list[Held], *, now: datetime) -> list[tuple[Case, Verdict]]:
    """The verdict about each of these, and what it rests on."""
    return [(case, decide(case, now=now)) for case in read_cases(held, now=now)]
