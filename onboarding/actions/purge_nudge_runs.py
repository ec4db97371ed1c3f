"""Counts of old nudge sweeps go; what they decided stays."""

from datetime import datetime, timedelta

from onboarding.models import NudgeSweepRun
from smplat.db import transaction

# A quarter: long enough to compare months, and one row every five minutes at most.
KEPT = timedelta(days=90)


def purge_nudge_runs(*, now: datetime) -> int:
    """Delete runs that began longer ago; returns how many."""
    with transaction():
        deleted, _ = NudgeSweepRun.objects.filter(started_at__lt=now - KEPT).delete()
        return deleted
