"""Keep a partition ready for every month that events may arrive in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import psycopg

from analytics.partitions import PARTITIONED, attach, months_of
from analytics.rules.months import plan_missing
from smplat.maintenance import maintenance_connection

# Three months in which nobody looks at the task may pass before an event finds no room.
MONTHS_AHEAD: Final = 3


@dataclass(frozen=True, slots=True)
class PartitionsCreated:
    """The tables that were created."""

    names: tuple[str, ...]


def create_offer_event_partitions(*, now: datetime, back: int = 0, ahead: int = MONTHS_AHEAD) -> PartitionsCreated:
    """Create what is missing from `back` months ago to `ahead` months from now; each month is a transaction.

    Of two runs at once the slower one finds a table already there and leaves it.

    Raises:
        psycopg.errors.LockNotAvailable: something held the table too long; the next run tries again.
    """
    created: list[str] = []
    with maintenance_connection() as maintenance:
        for table in PARTITIONED:
            for month in plan_missing(months_of(table), now=now, back=back, ahead=ahead):
                try:
                    created.append(attach(maintenance, table=table, month=month))
                except psycopg.errors.DuplicateTable:
                    continue
    return PartitionsCreated(tuple(created))
