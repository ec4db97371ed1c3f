"""What onboarding answers for in readiness."""

from datetime import datetime, timedelta
from typing import Final

from onboarding.models import Journey
from onboarding.switches import NUDGES
from onboarding.timetable import SWEEP
from smplat.operations import heartbeats, readiness, switches
from smplat.operations.readiness import Component, Status
from smplat.operations.worker import schedule_heartbeat

# Several sweeps; each works until nothing is due.
LATE_AFTER: Final = timedelta(minutes=20)


def register() -> None:
    """Called once, when the app is ready."""
    readiness.register(
        "onboarding_nudges",
        check_nudges,
        advice="Look whether a worker runs the task onboarding.sweep_nudges, or run manage.py nudge_onboarding.",
    )


def check_nudges(now: datetime) -> Component:
    """Whether what is due is decided about."""
    beat = heartbeats.find(schedule_heartbeat(SWEEP))
    last = beat.last_success_at if beat else None
    if not switches.is_on(NUDGES.name):
        return Component(status=Status.DISABLED, detail="Switched off.", last_success_at=last)
    late = Journey.objects.filter(nudge_due_at__lte=now - LATE_AFTER).order_by("nudge_due_at")
    oldest = late.values_list("nudge_due_at", flat=True).first()
    if oldest is not None:
        minutes = int((now - oldest).total_seconds() // 60)
        detail = f"The oldest journey is due for {minutes} minutes."
        return Component(status=Status.DEGRADED, detail=detail, last_success_at=last)
    if last is None:
        return Component(status=Status.STARTING, detail="The sweep has not run yet.")
    return Component(status=Status.READY, detail="Nothing is late.", last_success_at=last)
