"""How attempts end, and the one statement that writes it down, only while the lease is ours."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from smplat.db import require_transaction
from smplat.outbox.carrier import DeliveryFailed, DeliveryRefused, Receipt
from smplat.outbox.choices import Happening, State
from smplat.outbox.models import Message
from smplat.outbox.rules import RETRY_POLICIES, decide_after_failure

# The log is evidence and outlives the purge: no address may enter it through the words of a mail server.
EMAIL_ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+")
# Enough to understand an error; an error page is not worth more.
MAX_DETAIL_LENGTH = 500
# Longer than the slowest delivery may take (connect, read and total limits of every channel stay below two minutes).
DELIVERY_LEASE = timedelta(minutes=4)

# Compare and swap on the lease, which only a leased message has: a worker whose lease ran out must not overwrite its
# successor. What is held is locked in the order of ids, as an erasure locks a person's messages, so that neither waits
# for the other in a circle.
SETTLE = """
WITH held AS MATERIALIZED (
    SELECT message.id
    FROM outbox_message AS message
    WHERE message.id = ANY(%(ids)s::uuid[])
        AND (message.id, message.lease_id) IN (SELECT * FROM unnest(%(ids)s::uuid[], %(leases)s::uuid[]))
    ORDER BY message.id
    FOR UPDATE
), ended AS (
    UPDATE outbox_message AS message
    SET state = ending.state, due_at = ending.due_at, delivered_at = ending.delivered_at,
        last_error = ending.last_error, lease_id = NULL, lease_until = NULL, attempt_started_at = NULL
    FROM held, json_to_recordset(%(endings)s::json) AS ending (id uuid, state text, due_at timestamptz,
        delivered_at timestamptz, last_error text, happening text, attempt integer, at timestamptz, detail text,
        response_status smallint, duration_ms integer)
    WHERE message.id = held.id AND message.id = ending.id
    RETURNING ending.*
), logged AS (
    INSERT INTO outbox_deliverylogentry (message_id, happening, attempt, at, detail, response_status, duration_ms, by)
    SELECT id, happening, attempt, at, detail, response_status, duration_ms, '' FROM ended ORDER BY id
), begun AS (
    UPDATE outbox_message AS message
    SET attempts = message.attempts + 1, attempt_started_at = %(now)s, lease_until = %(lease_until)s
    FROM held
    WHERE message.id = held.id AND message.id = ANY(%(beginning)s::uuid[])
)
SELECT id FROM held
"""


class LeaseLost(RuntimeError):
    """Another worker holds this message by now."""


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How an attempt ended and what becomes of its message."""

    message: Message
    happening: Happening
    state: State
    due_at: datetime
    # The other side's words or our reason.
    detail: str
    response_status: int | None
    at: datetime


def end_delivered(message: Message, receipt: Receipt, *, now: datetime) -> Ending:
    """The other side accepted."""
    return Ending(
        message=message,
        happening=Happening.DELIVERED,
        state=State.DELIVERED,
        due_at=message.due_at,
        detail=receipt.detail,
        response_status=receipt.response_status,
        at=now,
    )


def end_failed(
    message: Message, failure: DeliveryFailed | DeliveryRefused, *, fraction: float, now: datetime
) -> Ending:
    """The next attempt is scheduled, or the message is dead."""
    return _end_badly(
        message,
        Happening.FAILED if isinstance(failure, DeliveryFailed) else Happening.REFUSED,
        failure.detail,
        response_status=failure.response_status,
        retry_after=failure.retry_after if isinstance(failure, DeliveryFailed) else None,
        fraction=fraction,
        now=now,
    )


def end_lost(message: Message, *, fraction: float, now: datetime) -> Ending:
    """The worker died or was too slow: what happened is unknown, so the message goes round again."""
    detail = "The worker ended during this attempt; it may have been accepted."
    return _end_badly(
        message, Happening.LOST, detail, response_status=None, retry_after=None, fraction=fraction, now=now
    )


def settle(*, ended: Sequence[Ending], beginning: Sequence[Message] = (), now: datetime) -> set[UUID]:
    """Write down endings and their log lines, and count an attempt on each message of which one begins.

    Answers whose lease was still ours; nothing was written about the others. A part of the transactions of
    record_and_begin, return_expired_leases and the relay's own for events.
    """
    require_transaction()
    touched = [ending.message for ending in ended] + list(beginning)
    parameters: dict[str, Any] = {
        "ids": [message.pk for message in touched],
        "leases": [message.lease_id for message in touched],
        "endings": orjson.dumps([_row_of(ending) for ending in ended]).decode(),
        "beginning": [message.pk for message in beginning],
        "now": now,
        "lease_until": now + DELIVERY_LEASE,
    }
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, parameters)
        return {pk for (pk,) in cursor.fetchall()}


def settle_or_raise(ended: Sequence[Ending], *, now: datetime) -> None:
    """The same for work of our own that must not be committed without its record.

    Raises:
        LeaseLost: not all were ours.
    """
    if len(settle(ended=ended, now=now)) < len(ended):
        raise LeaseLost


def redact(text: str) -> str:
    """`text` without email addresses or what PostgreSQL cannot keep, cut to a length worth reading."""
    storable = text.replace("\x00", "").encode("utf-8", "replace").decode()
    return EMAIL_ADDRESS.sub("[address]", storable)[:MAX_DETAIL_LENGTH]


def _end_badly(
    message: Message,
    happening: Happening,
    detail: str,
    *,
    response_status: int | None,
    retry_after: timedelta | None,
    fraction: float,
    now: datetime,
) -> Ending:
    step = decide_after_failure(
        policy=RETRY_POLICIES[message.channel],
        happening=happening,
        attempt=message.attempts_this_round,
        fraction=fraction,
        retry_after=retry_after,
        now=now,
    )
    return Ending(
        message=message,
        happening=happening,
        state=step.state,
        due_at=step.due_at,
        detail=detail,
        response_status=response_status,
        at=now,
    )


def _row_of(ending: Ending) -> dict[str, Any]:
    is_delivered = ending.state is State.DELIVERED
    detail = redact(ending.detail)
    took = ending.at - (ending.message.attempt_started_at or ending.at)
    return {
        "id": ending.message.pk,
        "state": ending.state,
        "due_at": ending.due_at,
        "delivered_at": ending.at if is_delivered else None,
        "last_error": "" if is_delivered else detail,
        "happening": ending.happening,
        "attempt": ending.message.attempts,
        "at": ending.at,
        "detail": detail,
        "response_status": ending.response_status,
        "duration_ms": max(0, round(took / timedelta(milliseconds=1))),
    }
