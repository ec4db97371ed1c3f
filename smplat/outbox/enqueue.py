"""The one way into the outbox: rows in the transaction of their cause."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from smplat.db import require_transaction
from smplat.outbox.choices import Channel
from smplat.outbox.models import Message, WebhookEndpoint
from smplat.outbox.nudge import nudge_after_commit
from smplat.outbox.topics import Topic, get_topic

# A payload is facts for one text; anything larger belongs in a table that the message points to.
MAX_PAYLOAD_BYTES = 64 * 1024


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
    messages = [_message_of(draft, now) for draft in drafts]
    # In one order everywhere, so that two transactions with common keys wait for each other instead of deadlocking.
    in_key_order = sorted(messages, key=lambda message: (message.topic, message.dedupe_key))
    Message.objects.bulk_create(in_key_order, ignore_conflicts=True)
    written = _ids_by_key(messages)
    for channel in {message.channel for message in messages if message.due_at <= now}:
        nudge_after_commit(channel)
    return [_enqueued(message, written[message.topic, message.dedupe_key]) for message in messages]


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


def _message_of(draft: Draft, now: datetime) -> Message:
    topic = get_topic(draft.topic)
    if draft.channel not in _channels_of(topic):
        raise ChannelNotDeclared(f"{draft.topic} does not leave by {draft.channel}.")
    if topic.category and draft.recipient_id is None:
        raise ConsentUnknown(draft.topic)
    if len(json.dumps(draft.payload)) > MAX_PAYLOAD_BYTES:
        raise PayloadTooLarge(draft.topic)
    return Message(
        topic=draft.topic,
        channel=draft.channel,
        recipient=draft.recipient,
        recipient_id=draft.recipient_id,
        category=topic.category,
        payload=draft.payload,
        dedupe_key=draft.dedupe_key,
        due_at=draft.due_at or now,
        created_at=now,
    )


def _channels_of(topic: Topic) -> set[str]:
    channels = set(topic.channels)
    if topic.handlers:
        channels.add(Channel.EVENT)
    if topic.is_public:
        channels.add(Channel.WEBHOOK)
    return channels


def _ids_by_key(messages: Sequence[Message]) -> dict[tuple[str, str], UUID]:
    keys = {message.dedupe_key for message in messages}
    topics = {message.topic for message in messages}
    rows = Message.objects.filter(topic__in=topics, dedupe_key__in=keys)
    return {(topic, key): pk for topic, key, pk in rows.values_list("topic", "dedupe_key", "pk")}


def _enqueued(message: Message, written_id: UUID) -> Enqueued:
    return Enqueued(message_id=written_id, is_new=written_id == message.pk)
