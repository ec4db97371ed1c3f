"""Counts of old nudge sweeps go; what they decided stays."""

from datetime import datetime

from onboarding.models import NudgeSweepRun
from smplat.db import transaction
from smplat.sweep_runs import purge_runs


def purge_nudge_runs(*, now: datetime) -> int:
    """Delete runs that began longer ago; returns how many."""
    with transaction():
        return purge_runs(NudgeSweepRun, now=now)
