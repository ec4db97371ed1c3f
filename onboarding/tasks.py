"""What Celery runs for onboarding. Each task may run twice or not at all: it looks at the tables, not at its message."""

from datetime import timedelta
from typing import Final

from celery import shared_task

from onboarding.actions.purge_nudge_runs import purge_nudge_runs as purge
from onboarding.clock_sweep import keep_clocks
from onboarding.sweep import run_sweep
from smplat import clock

# Well below the time limit of tasks; what is left is taken by the next firing, and several may run side by side.
SWEEP_BUDGET: Final = timedelta(minutes=2)


@shared_task(name="onboarding.sweep_nudges", acks_late=True)
def sweep_nudges() -> str:
    """Idempotent by the claim: a client is decided about by one sweep, and is not due any more afterwards."""
    swept = run_sweep(clock=clock.now, until=clock.now() + SWEEP_BUDGET)
    return f"journeys={swept.journeys} messages={swept.clients} set_aside={swept.set_aside}"


@shared_task(name="onboarding.sweep_clocks", acks_late=True)
def sweep_clocks() -> str:
    """Idempotent: turns, stalls and breaches follow from the tables; what is written already is not found again."""
    kept = keep_clocks(clock=clock.now)
    return f"turns={kept.turns} stalled={kept.stalled} breaches={kept.breaches} set_aside={kept.set_aside}"


@shared_task(name="onboarding.purge_nudge_runs", acks_late=True)
def purge_nudge_runs() -> int:
    """Idempotent: what is deleted is not found again."""
    return purge(now=clock.now())
