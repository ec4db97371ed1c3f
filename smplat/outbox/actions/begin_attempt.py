"""Say that a delivery begins, before it does."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import F

from smplat.db import transaction
from smplat.outbox.choices import State
from smplat.outbox.models import Message

# Longer than the slowest delivery may take (connect, read and total limits of every channel stay below two minutes).
DELIVERY_LEASE = timedelta(minutes=4)


def begin_attempt(*, parcel: Sequence[Message], now: datetime) -> Sequence[Message]:
    """Count an attempt on each message whose lease is still ours, and renew the lease for the delivery.

    Counted first, a message that kills its worker is counted all the same, and ends as a dead letter. Returns the
    messages that may be delivered now; for the others somebody else holds the lease.
    """
    with transaction():
        return [message for message in parcel if _begin(message, now)]


def _begin(message: Message, now: datetime) -> bool:
    lease_until = now + DELIVERY_LEASE
    ours = Message.objects.filter(pk=message.pk, state=State.LEASED, lease_id=message.lease_id)
    if not ours.update(attempts=F("attempts") + 1, attempt_started_at=now, lease_until=lease_until):
        return False
    message.attempts += 1
    message.attempt_started_at, message.lease_until = now, lease_until
    return True
