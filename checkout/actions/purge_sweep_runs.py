"""Counts of old sweeps go; what they decided stays."""

from datetime import datetime

from checkout.models import SweepRun
from smplat.db import transaction
from smplat.sweep_runs import purge_runs


def purge_sweep_runs(*, now: datetime) -> int:
    """Delete runs that began longer ago; returns how many."""
    with transaction():
        return purge_runs(SweepRun, now=now)
