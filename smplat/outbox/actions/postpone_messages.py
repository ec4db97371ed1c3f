"""Put claimed messages back without an attempt."""

from collections.abc import Sequence
from datetime import datetime

from smplat.db import transaction
from smplat.outbox.choices import State
from smplat.outbox.models import Message


def postpone_messages(*, postponed: Sequence[tuple[Message, datetime]]) -> int:
    """Release each message to its new due time, if its lease is still ours; answers how many were.

    No attempt is counted: nothing was tried.
    """
    with transaction():
        return sum(_postpone(message, due_at) for message, due_at in postponed)


def _postpone(message: Message, due_at: datetime) -> int:
    ours = Message.objects.filter(
        pk=message.pk, state=State.LEASED, lease_id=message.lease_id, attempt_started_at__isnull=True
    )
    return ours.update(state=State.PENDING, due_at=due_at, lease_id=None, lease_until=None)
