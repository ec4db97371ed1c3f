"""What had been committed at one moment, written down, so that the same read can be made again at any time.

A row of evidence names the transaction that wrote it (`committed_in`). A moment alone cannot tell what was known: a
transaction that was still running then may commit a row with an earlier time later on.
"""

import re
from dataclasses import dataclass
from typing import Any

from django.db import connection

# The smallest running id, then how far above it the first id not yet given and the running ones lie: short, since it
# travels in addresses, and of characters that no address escapes.
_FORM = re.compile(r"\d{1,19}(?:\.\d{1,19})+", re.ASCII)
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Snapshot:
    """Transactions below `high` had ended, except those in `running`."""

    low: int
    high: int
    running: tuple[int, ...] = ()

    # The same as a condition of SQL over a table of evidence, with its parameters.
    SQL = "committed_in < %(high)s AND committed_in <> ALL(%(running)s::bigint[])"

    @property
    def parameters(self) -> dict[str, Any]:
        """What `SQL` takes."""
        return {"high": self.high, "running": list(self.running)}

    def __str__(self) -> str:
        return ".".join(map(str, (self.low, *(one - self.low for one in (self.high, *self.running)))))


def take_snapshot() -> Snapshot:
    """What is committed now, and what this transaction itself wrote."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text, pg_current_xact_id_if_assigned()::text::bigint")
        text, own = cursor.fetchone()
    low, high, *running = (int(number) for number in re.split("[:,]", text) if number)
    if own is not None and own >= high:
        running, high = [*running, *range(high, own)], own + 1
    return Snapshot(low, high, tuple(running))


def read_snapshot(text: str) -> Snapshot | None:
    """The snapshot that a text names, None when it names none."""
    if not _FORM.fullmatch(text):
        return None
    low, *above = map(int, text.split("."))
    high, *running = (low + offset for offset in above)
    return Snapshot(low, high, tuple(running)) if max(high, *running, low) <= _LARGEST_ID else None
