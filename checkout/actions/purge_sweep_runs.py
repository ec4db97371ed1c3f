"""Counts of old sweeps go; what they decided stays."""

from datetime import datetime, timedelta

from checkout.models import SweepRun
from smplat.db import transaction

# A quarter: long enough to compare months, and one row a minute at most.
KEPT = timedelta(days=90)


def purge_sweep_runs(*, now: datetime) -> int:
    """Delete runs that began longer ago; returns how many."""
    with transaction():
        deleted, _ = SweepRun.objects.filter(started_at__lt=now - KEPT).delete()
        return deleted
