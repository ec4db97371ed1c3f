"""Celery doors of operations."""

from datetime import timedelta

from celery import shared_task

from smplat import clock
from smplat.operations.models import Heartbeat
from smplat.operations.worker import HEARTBEAT_PREFIX

# A worker that was not seen for this long is gone for good: host names of containers never come back.
FORGET_WORKERS_AFTER = timedelta(days=1)


@shared_task(name="operations.pulse")
def pulse() -> None:
    """Go round once: beat sent this, a worker runs it, its success is recorded like that of every schedule.

    Idempotent: it deletes rows of workers that are long gone, which a second run finds deleted.
    """
    gone_since = clock.now() - FORGET_WORKERS_AFTER
    Heartbeat.objects.filter(name__startswith=HEARTBEAT_PREFIX, last_success_at__lt=gone_since).delete()
