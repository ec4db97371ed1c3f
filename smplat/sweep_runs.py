"""Runs of sweeps: what each found and decided, counted with every batch."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models

from smplat.db import require_transaction
from smplat.ids import new_id

# Among the counts by action, and counted apart from what was decided.
SET_ASIDE = "set_aside"
# A quarter: long enough to compare months, and one row a minute at most.
KEPT = timedelta(days=90)


class CountedRun(models.Model):
    """One sweep that found something to decide, with its counts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    started_at = models.DateTimeField(db_index=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    decided = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict, help_text="Decisions by action.")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.decided} decided"


def add_batch(
    runs: type[CountedRun], *, sweep_id: UUID, counts: Mapping[Any, int], set_aside: int, now: datetime
) -> None:
    """Count one batch, in its own transaction: the counts of a killed sweep are those of what it did.

    `counts` are by action; `set_aside` is how many rows could not be decided about.
    """
    require_transaction()
    decided = sum(counts.values())
    batch = Counter(dict(counts)) + Counter({SET_ASIDE: set_aside})
    run, is_first = runs._default_manager.get_or_create(  # noqa: SLF001 - Django's public API
        pk=sweep_id,
        defaults={"started_at": now, "decided": decided, "counts": batch, "finished_at": now},
    )
    if not is_first:
        run.counts = Counter(run.counts) + batch
        run.decided += decided
        run.finished_at = now
        run.save(update_fields=["counts", "decided", "finished_at"])


def purge_runs(runs: type[CountedRun], *, now: datetime) -> int:
    """Delete runs that began longer ago than they are kept, in the caller's transaction; what they decided stays."""
    require_transaction()
    deleted, _ = runs._default_manager.filter(started_at__lt=now - KEPT).delete()  # noqa: SLF001 - as above
    return deleted
