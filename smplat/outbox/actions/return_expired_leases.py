"""Give messages back whose worker died or was too slow."""

import random
from dataclasses import dataclass
from datetime import datetime

from smplat.db import transaction
from smplat.outbox.choices import State
from smplat.outbox.models import Message
from smplat.outbox.settle import end_lost, settle

# One short transaction; the next run takes what is left.
BATCH = 200


@dataclass(frozen=True)
class Returned:
    """Messages given back: `untouched` had no attempt, `retried` go round again, `dead` had used their last attempt."""

    untouched: int
    retried: int
    dead: int


def return_expired_leases(*, channel: str, now: datetime) -> Returned:
    """End every lease of a channel that ran out.

    A message whose delivery had begun counts it as an attempt of unknown outcome; the others of its batch are as good as
    new. Twice is once: an ended lease is not there for the second run.
    """
    with transaction():
        expired = Message.objects.filter(channel=channel, state=State.LEASED, lease_until__lte=now)
        held = list(expired.select_for_update(skip_locked=True)[:BATCH])
        untouched = [message.pk for message in held if message.attempt_started_at is None]
        Message.objects.filter(pk__in=untouched).update(state=State.PENDING, lease_id=None, lease_until=None)
        begun = [message for message in held if message.attempt_started_at is not None]
        ended = [end_lost(message, fraction=random.random(), now=now) for message in begun]  # noqa: S311 - jitter
        settle(ended=ended, now=now)
    dead = sum(ending.state is State.DEAD for ending in ended)
    return Returned(untouched=len(untouched), retried=len(ended) - dead, dead=dead)
