"""What of the checkout runs by itself."""

from datetime import timedelta
from typing import Final

from smplat import schedules
from smplat.schedules import Schedule

SWEEP: Final = "sweep-checkouts"
CALL_AGAIN: Final = "call-escalations-again"
SCHEDULES: Final = (
    Schedule(
        name=SWEEP,
        task="checkout.sweep",
        every=timedelta(minutes=1),
        title="Stalled checkouts are prompted and escalated.",
    ),
    Schedule(
        name=CALL_AGAIN,
        task="checkout.call_escalations_again",
        every=timedelta(minutes=1),
        title="Escalations that nobody took are called again.",
    ),
    Schedule(
        name="purge-sweep-runs",
        task="checkout.purge_sweep_runs",
        every=timedelta(days=1),
        title="Counts of sweeps older than 90 days go; their decisions stay.",
    ),
)


def register() -> None:
    """Called once, when the app is ready."""
    for schedule in SCHEDULES:
        schedules.register(schedule)
