"""One batch of the clock sweep: its rows by their names, and what became of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from onboarding.timetable import CLOCKS
from smplat.db import require_transaction
from smplat.operations.set_aside import Subject, decide_all

# The parts of the sweep. What one of them cannot do about a journey says nothing about the others.
TURNS: Final = f"{CLOCKS}: turns"
STALLS: Final = f"{CLOCKS}: stalls"
BREACHES: Final = f"{CLOCKS}: breaches"


@dataclass(frozen=True)
class Named:
    """A row to work on, a journey or one of its tasks: a value that cannot be read must not spoil the others."""

    id: UUID
    journey_id: UUID
    order_number: str

    @property
    def subjects(self) -> tuple[Subject]:
        """As what waits aside names it."""
        return (Subject(self.id, self.order_number, ("admin:onboarding_journey_change", self.journey_id)),)


@dataclass(frozen=True)
class Batch:
    """What became of the rows of one batch; nothing taken: none is left."""

    taken: int = 0
    # Rows that something was written about.
    done: int = 0
    # Rows that an error kept it from.
    set_aside: int = 0

    def __add__(self, other: "Batch") -> "Batch":
        """Both together."""
        return Batch(self.taken + other.taken, self.done + other.done, self.set_aside + other.set_aside)


def work_through(work: Callable[[Sequence[UUID]], int], *, rows: Sequence[Named], part: str, now: datetime) -> Batch:
    """Do `work` about these rows in the open transaction, and set those aside that it fails for.

    Args:
        work: takes ids, reads their rows and answers how many it wrote about; called with a part of them.
        rows: what the batch has claimed.
        part: of the sweep, for what is set aside.
        now: the present moment.
    """
    require_transaction()
    found = decide_all(lambda some: work([one.id for one in some]), items=rows, sweep=part, now=now)
    return Batch(len(rows), done=sum(found.results), set_aside=len(found.broken))
