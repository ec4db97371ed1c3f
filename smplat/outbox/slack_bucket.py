"""How many posts a Slack destination may take right now: a token bucket, kept as a row so that all workers share it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from smplat.db import transaction
from smplat.outbox.models import SlackBucket

# Slack allows one post a second to a channel and tolerates short bursts.
TOKENS_A_SECOND = 1.0
BURST = 5.0


@dataclass(frozen=True)
class Grant:
    """How many posts may go now, and when the next one may when it is none."""

    posts: int
    next_at: datetime


def refill(*, tokens: float, since: datetime, now: datetime) -> float:
    """The level of a bucket now."""
    elapsed = max(0.0, (now - since).total_seconds())
    return min(BURST, tokens + elapsed * TOKENS_A_SECOND)


def take_posts(*, destination: str, wanted: int, now: datetime) -> Grant:
    """Take up to `wanted` tokens of a destination. Workers queue on the bucket's row."""
    with transaction():
        fresh = SlackBucket(destination=destination, tokens=BURST, refilled_at=now)
        SlackBucket.objects.bulk_create([fresh], ignore_conflicts=True)
        bucket = SlackBucket.objects.select_for_update().get(pk=destination)
        if bucket.blocked_until and bucket.blocked_until > now:
            return Grant(0, bucket.blocked_until)
        level = refill(tokens=bucket.tokens, since=bucket.refilled_at, now=now)
        posts = min(wanted, int(level))
        bucket.tokens, bucket.refilled_at = level - posts, now
        bucket.save(update_fields=["tokens", "refilled_at"])
        return Grant(posts, now + timedelta(seconds=max(0.0, 1.0 - bucket.tokens) / TOKENS_A_SECOND))


def block_until(*, destination: str, moment: datetime) -> None:
    """Slack asked for patience: nobody posts there before."""
    with transaction():
        SlackBucket.objects.filter(pk=destination).update(blocked_until=moment)
