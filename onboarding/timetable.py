"""What of onboarding runs by itself."""

from datetime import timedelta
from typing import Final

from smplat import schedules
from smplat.schedules import Schedule

SWEEP: Final = "sweep-nudges"
CLOCKS: Final = "sweep-clocks"
SCHEDULES: Final = (
    Schedule(
        name=SWEEP,
        task="onboarding.sweep_nudges",
        every=timedelta(minutes=5),
        title="Clients are reminded of open tasks.",
    ),
    Schedule(
        name=CLOCKS,
        task="onboarding.sweep_clocks",
        every=timedelta(minutes=5),
        title="Journeys that wait are marked as stalled, turns follow holds, and due times that passed are charged.",
    ),
    Schedule(
        name="purge-nudge-runs",
        task="onboarding.purge_nudge_runs",
        every=timedelta(days=1),
        title="Counts of nudge sweeps older than 90 days go; their decisions stay.",
    ),
)


def register() -> None:
    """Called once, when the app is ready."""
    for schedule in SCHEDULES:
        schedules.register(schedule)
