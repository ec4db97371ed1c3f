"""What Celery runs for the checkout. Each task may run twice or not at all: it looks at the tables, not at its message."""

from datetime import timedelta
from typing import Final

from celery import shared_task

from checkout.actions.call_escalations_again import Called
from checkout.actions.call_escalations_again import call_escalations_again as call_again
from checkout.actions.purge_sweep_runs import purge_sweep_runs as purge
from checkout.sweep import run_sweep
from smplat import clock

# Well below the time limit of tasks; what is left is taken by the next firing, and several may run side by side.
SWEEP_BUDGET: Final = timedelta(minutes=2)
CALLS_PER_BATCH: Final = 100
NOTHING_LATE: Final = Called()


@shared_task(name="checkout.sweep", acks_late=True)
def sweep() -> str:
    """Idempotent by the claim: a checkout is decided about by one sweep, and is not due any more afterwards."""
    swept = run_sweep(clock=clock.now, until=clock.now() + SWEEP_BUDGET)
    counts = [f"{action}={count}" for action, count in sorted(swept.counts.items())]
    return " ".join([*counts, f"set_aside={swept.set_aside}"])


@shared_task(name="checkout.call_escalations_again", acks_late=True)
def call_escalations_again() -> str:
    """Idempotent by the new deadline: what was called again is not late any more."""
    called = set_aside = 0
    while (batch := call_again(limit=CALLS_PER_BATCH, now=clock.now())) != NOTHING_LATE:
        called, set_aside = called + batch.called, set_aside + batch.set_aside
    return f"called={called} set_aside={set_aside}"


@shared_task(name="checkout.purge_sweep_runs", acks_late=True)
def purge_sweep_runs() -> int:
    """Idempotent: what is deleted is not found again."""
    return purge(now=clock.now())
