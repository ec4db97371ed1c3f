"""The one way into the outbox: rows in the transaction of their cause."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from smplat.bulk_rows import insert_new_rows
from smplat.db import require_transaction
from smplat.ids import new_id
from smplat.outbox.choices import Channel, State
from smplat.outbox.models import Message, WebhookEndpoint
from smplat.outbox.nudge import nudge_after_commit
from smplat.outbox.topics import Topic, get_topic

# A payload is facts for one text; anything larger belongs in a table that the message points to.
MAX_PAYLOAD_BYTES = 64 * 1024
# The columns of a message that nobody has tried to deliver.
_UNTOUCHED = {"state": State.PENDING, "attempts": 0, "attempts_forgiven": 0, "last_error": "", "suppressed_because": ""}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A message to be."""

    topic: str
    channel: str
    # Email address, Slack destination, endpoint id or handler path.
    recipient: str
    payload: dict[str, Any]
    # Names the cause: the same topic and key never make a second message.
    dedupe_key: str
    # Whose preferences decide; needed when the topic has a category.
    recipient_id: UUID | None = None
    # Not before; None means now.
    due_at: datetime | None = None


@dataclass(frozen=True)
class Enqueued:
    """What became of a draft; `is_new` is false when the same cause had already written its message."""

    message_id: UUID
    is_new: bool


class ChannelNotDeclared(ValueError):
    """The topic does not list this channel in smplat/subscriptions.py."""


class PayloadTooLarge(ValueError):
    """A payload holds facts for one text, at most 64 KiB of JSON."""


class ConsentUnknown(ValueError):
    """The topic can be switched off by its recipient, so the draft must say whose choice counts."""


def enqueue(draft: Draft, *, now: datetime) -> Enqueued:
    """Write one message; see enqueue_all."""
    return enqueue_all([draft], now=now)[0]


def enqueue_all(drafts: Sequence[Draft], *, now: datetime) -> list[Enqueued]:
    """Write messages in the caller's transaction, and wake the relay once that has committed.

    Idempotent by (topic, dedupe_key): a repeat writes nothing and answers the first message. Never commits.

    Raises:
        NoTransaction: no transaction is open.
        UnknownTopic, ChannelNotDeclared, ConsentUnknown, PayloadTooLarge: the calling code is wrong.
    """
    require_transaction()
    # Of two drafts of one cause the first counts.
    rows = {(draft.topic, draft.dedupe_key): _row_of(draft, now) for draft in reversed(drafts)}
    # In one order everywhere, so that two transactions with common keys wait for each other instead of deadlocking.
    in_key_order = [rows[key] for key in sorted(rows)]
    new = insert_new_rows(Message, in_key_order, returning="topic, dedupe_key, id")
    written = {(topic, key): message_id for topic, key, message_id in new}
    known = _known_before(rows.keys() - written.keys())
    for channel in {draft.channel for draft in drafts if (draft.due_at or now) <= now}:
        nudge_after_commit(channel)
    return [_enqueued((draft.topic, draft.dedupe_key), written, known) for draft in drafts]


def publish(*, topic: str, payload: dict[str, Any], dedupe_key: str, now: datetime) -> list[Enqueued]:
    """Tell everybody who subscribed: one message for each handler and each active webhook endpoint.

    Each has its own row, so that one that fails is retried alone. Rules and errors as enqueue_all.
    """
    require_transaction()
    drafts = [
        Draft(
            topic=topic, channel=channel, recipient=recipient, payload=payload, dedupe_key=f"{dedupe_key}:{recipient}"
        )
        for channel, recipient in _subscribers(get_topic(topic))
    ]
    return enqueue_all(drafts, now=now) if drafts else []


def _subscribers(topic: Topic) -> Iterable[tuple[str, str]]:
    for handler in topic.handlers:
        yield Channel.EVENT, handler
    if topic.is_public:
        endpoints = WebhookEndpoint.objects.filter(is_active=True, topics__contains=[topic.name])
        for endpoint_id in endpoints.order_by("pk").values_list("pk", flat=True):
            yield Channel.WEBHOOK, str(endpoint_id)


def _row_of(draft: Draft, now: datetime) -> dict[str, Any]:
    """The columns of a message that has just been written."""
    topic = get_topic(draft.topic)
    if draft.channel not in _channels_of(topic):
        raise ChannelNotDeclared(f"{draft.topic} does not leave by {draft.channel}.")
    if topic.category and draft.recipient_id is None:
        raise ConsentUnknown(draft.topic)
    payload = json.dumps(draft.payload)
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise PayloadTooLarge(draft.topic)
    return {
        "id": new_id(),
        "topic": draft.topic,
        "channel": draft.channel,
        "recipient": draft.recipient,
        "recipient_id": draft.recipient_id,
        "category": topic.category,
        "payload": orjson.Fragment(payload),
        "dedupe_key": draft.dedupe_key,
        "due_at": draft.due_at or now,
        "created_at": now,
        **_UNTOUCHED,
    }


def _channels_of(topic: Topic) -> set[str]:
    channels = set(topic.channels)
    if topic.handlers:
        channels.add(Channel.EVENT)
    if topic.is_public:
        channels.add(Channel.WEBHOOK)
    return channels


def _known_before(keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], UUID]:
    """The first messages of causes that had already written theirs."""
    if not keys:
        return {}
    rows = Message.objects.filter(topic__in={topic for topic, _ in keys}, dedupe_key__in={key for _, key in keys})
    return {(topic, key): pk for topic, key, pk in rows.values_list("topic", "dedupe_key", "pk")}


def _enqueued(
    key: tuple[str, str], written: dict[tuple[str, str], UUID], known: dict[tuple[str, str], UUID]
) -> Enqueued:
    """The first draft of a new message is new; one that names the same cause behind it is not."""
    is_new = key in written
    if is_new:
        known[key] = written.pop(key)
    return Enqueued(known[key], is_new=is_new)
