"""Celery's door to the API."""

from celery import shared_task

from smplat import clock
from smplat.api.actions.drop_old_receipts import drop_old_receipts

DROP_OLD_RECEIPTS = "api.drop_old_receipts"


@shared_task(name=DROP_OLD_RECEIPTS, acks_late=True)
def drop_receipts() -> int:
    """Forget old idempotency receipts. Idempotent: what is deleted is not found again."""
    return drop_old_receipts(now=clock.now())
