"""Writing down how an attempt ended, only while its lease is ours.

Parts of transactions: record_outcome, return_expired_leases and the relay's own transaction for events open them.
"""

import re
from datetime import datetime, timedelta

from smplat.db import require_transaction
from smplat.outbox.carrier import DeliveryFailed, DeliveryRefused, Receipt
from smplat.outbox.choices import Happening, State
from smplat.outbox.models import DeliveryLogEntry, Message
from smplat.outbox.rules import RETRY_POLICIES, decide_after_failure

# The log is evidence and outlives the purge: no address may enter it through the words of a mail server.
EMAIL_ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+")
# Enough to understand an error; an error page is not worth more.
MAX_DETAIL_LENGTH = 500


class LeaseLost(RuntimeError):
    """Another worker holds this message by now."""


def settle_delivered(message: Message, receipt: Receipt, *, started_at: datetime, now: datetime) -> None:
    """Mark a message delivered.

    Raises:
        LeaseLost: nothing was written.
    """
    _release(message, state=State.DELIVERED, delivered_at=now, last_error="")
    _log(message, Happening.DELIVERED, receipt.detail, receipt.response_status, started_at=started_at, now=now)


def settle_failed(
    message: Message, failure: DeliveryFailed | DeliveryRefused, *, fraction: float, started_at: datetime, now: datetime
) -> State:
    """Schedule the next attempt or bury the message; answers which.

    Raises:
        LeaseLost: nothing was written.
    """
    retry_after = failure.retry_after if isinstance(failure, DeliveryFailed) else None
    happening = Happening.FAILED if isinstance(failure, DeliveryFailed) else Happening.REFUSED
    state = _give_back(message, happening, failure.detail, retry_after=retry_after, fraction=fraction, now=now)
    _log(message, happening, failure.detail, failure.response_status, started_at=started_at, now=now)
    return state


def settle_lost(message: Message, *, fraction: float, now: datetime) -> State:
    """The worker died or was too slow: what happened is unknown, so the message goes round again."""
    detail = "The worker ended during this attempt; it may have been accepted."
    started_at = message.attempt_started_at or now
    state = _give_back(message, Happening.LOST, detail, retry_after=None, fraction=fraction, now=now)
    _log(message, Happening.LOST, detail, None, started_at=started_at, now=now)
    return state


def redact(text: str) -> str:
    """`text` without email addresses or NUL, cut to a length worth reading."""
    return EMAIL_ADDRESS.sub("[address]", text.replace("\x00", ""))[:MAX_DETAIL_LENGTH]


def _give_back(
    message: Message,
    happening: Happening,
    detail: str,
    *,
    retry_after: timedelta | None,
    fraction: float,
    now: datetime,
) -> State:
    step = decide_after_failure(
        policy=RETRY_POLICIES[message.channel],
        happening=happening,
        attempt=message.attempts_this_round,
        fraction=fraction,
        retry_after=retry_after,
        now=now,
    )
    _release(message, state=step.state, due_at=step.due_at, last_error=redact(detail))
    return step.state


def _release(message: Message, **changes: object) -> None:
    """Compare and swap on the lease: a worker whose lease ran out must not overwrite its successor."""
    require_transaction()
    ours = Message.objects.filter(pk=message.pk, state=State.LEASED, lease_id=message.lease_id)
    if not ours.update(lease_id=None, lease_until=None, attempt_started_at=None, **changes):
        raise LeaseLost(str(message.pk))


def _log(
    message: Message,
    happening: Happening,
    detail: str,
    response_status: int | None,
    *,
    started_at: datetime,
    now: datetime,
) -> None:
    DeliveryLogEntry.objects.create(
        message=message,
        happening=happening,
        attempt=message.attempts,
        at=now,
        detail=redact(detail),
        response_status=response_status,
        duration_ms=max(0, round((now - started_at) / timedelta(milliseconds=1))),
    )
