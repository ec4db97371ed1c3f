"""Say how one delivery ended and that the next one begins, before it does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from smplat.db import transaction
from smplat.outbox.models import Message
from smplat.outbox.settle import Ending, settle


@dataclass(frozen=True)
class Turn:
    """What was still ours: endings that are recorded now, and messages that may be delivered now."""

    recorded: Sequence[Ending]
    begun: Sequence[Message]


def record_and_begin(*, ended: Sequence[Ending], parcel: Sequence[Message], now: datetime) -> Turn:
    """Record the endings of one parcel and count an attempt on each message of the next; either may be empty.

    Both become durable in one commit, so a delivery costs one. Counted first, a message that kills its worker is
    counted all the same, and ends as a dead letter. For what is missing in the answer somebody else holds the lease.
    """
    if not ended and not parcel:
        return Turn([], [])
    with transaction():
        ours = settle(ended=ended, beginning=parcel, now=now)
    begun = [message for message in parcel if message.pk in ours]
    for message in begun:
        message.attempts += 1
        message.attempt_started_at = now
    return Turn([ending for ending in ended if ending.message.pk in ours], begun)
