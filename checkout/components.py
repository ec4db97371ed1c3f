"""What the checkout answers for in readiness."""

from datetime import datetime, timedelta
from typing import Final

from checkout.models import Orchestration
from checkout.switches import RECOVERY
from checkout.timetable import SWEEP
from smplat.operations import heartbeats, readiness, switches
from smplat.operations.readiness import Component, Status
from smplat.operations.worker import schedule_heartbeat

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
    beat = heartbeats.find(schedule_heartbeat(SWEEP))
    last = beat.last_success_at if beat else None
    if not switches.is_on(RECOVERY.name):
        return Component(status=Status.DISABLED, detail="Switched off.", last_success_at=last)
    due = Orchestration.objects.filter(recovery_due_at__lte=now - LATE_AFTER).order_by("recovery_due_at")
    oldest = due.values_list("recovery_due_at", flat=True).first()
    if oldest is not None:
        minutes = int((now - oldest).total_seconds() // 60)
        detail = f"The oldest checkout is due for {minutes} minutes."
        return Component(status=Status.DEGRADED, detail=detail, last_success_at=last)
    if last is None:
        return Component(status=Status.STARTING, detail="The sweep has not run yet.")
    return Component(status=Status.READY, detail="Nothing is late.", last_success_at=last)
