"""What the checkout answers for in readiness."""

from datetime import datetime, timedelta
from typing import Final

from checkout.models import Orchestration
from checkout.switches import RECOVERY
from checkout.timetable import SWEEP
from smplat.operations import readiness
from smplat.operations.readiness import Component
from smplat.operations.sweep_component import check_sweep

# Several sweeps; each works until nothing is due.
LATE_AFTER: Final = timedelta(minutes=5)


def register() -> None:
    """Called once, when the app is ready."""
    readiness.register(
        "checkout_recovery",
        check_recovery,
        advice="Look whether a worker runs the task checkout.sweep, or run manage.py sweep_checkouts.",
    )


def check_recovery(now: datetime) -> Component:
    """Whether what is due is decided about."""
    return check_sweep(
        Orchestration.objects.all(),
        field="recovery_due_at",
        noun="checkout",
        schedule=SWEEP,
        switch=RECOVERY.name,
        late_after=LATE_AFTER,
        now=now,
    )
