"""Celery's doors to the outbox. A task is a hint: each re-reads and re-claims its rows."""

from celery import shared_task
from django.conf import settings

from smplat import clock
from smplat.outbox.actions.purge_payloads import purge_payloads
from smplat.outbox.choices import Channel
from smplat.outbox.models import Message
from smplat.outbox.nudge import RELAY_TASK, has_arrived, nudge
from smplat.outbox.relay import SLICE, relay_channel


@shared_task(name=RELAY_TASK, acks_late=True)
def relay(channel: str) -> str:
    """Deliver what is due on one channel. Idempotent: a message is claimed by one relay and recorded once."""
    has_arrived(channel)
    return str(relay_channel(channel, clock=clock.now, until=clock.now() + SLICE))


@shared_task(name="outbox.purge", acks_late=True)
def purge() -> int:
    """Empty old messages of text and address. Idempotent: an emptied message is not found again."""
    total = 0
    while purged := purge_payloads(older_than=settings.OUTBOX_PAYLOAD_RETENTION, now=clock.now()):
        total += purged
    return total


@shared_task(name="outbox.sweep", acks_late=True)
def sweep() -> int:
    """Wake the relay of each channel that has work, so that a lost nudge costs one interval.

    Idempotent: a relay that finds nothing does nothing.
    """
    channels = (
        Message.objects.undelivered().filter(due_at__lte=clock.now()).values_list("channel", flat=True).distinct()
    )
    for channel in channels:
        nudge(Channel(channel))
    return len(channels)
