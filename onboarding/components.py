"""What onboarding answers for in readiness."""

from datetime import datetime, timedelta
from typing import Final

from onboarding.models import Journey
from onboarding.switches import NUDGES
from onboarding.timetable import SWEEP
from smplat.operations import readiness
from smplat.operations.readiness import Component
from smplat.operations.sweep_component import check_sweep

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
    return check_sweep(
        Journey.objects.all(),
        field="nudge_due_at",
        noun="journey",
        schedule=SWEEP,
        switch=NUDGES.name,
        late_after=LATE_AFTER,
        now=now,
    )
