"""Slack, by bot token or incoming webhook."""

import http.client
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from smplat.db import transaction
from smplat.outbox.carrier import Carrier, DeliveryFailed, DeliveryRefused, Plan, Receipt
from smplat.outbox.channels.slack_text import SEPARATOR, render
from smplat.outbox.models import Message, SlackPost
from smplat.outbox.rules import parse_retry_after
from smplat.outbox.slack_bucket import block_until, take_posts

TIMEOUT_SECONDS = 10
# More in one post nobody reads; the rest waits for the next one.
MAX_COALESCED = 12
# The message is wrong, and stays so. Everything else is Slack's, or ours to set right (a token, a channel that is archived or was
# never joined): it passes, and every message to the destination would meet it.
FINAL_ERRORS = frozenset({"msg_too_long", "no_text", "invalid_payload"})
# Somebody deleted the post that was to be updated, or it is too old for that.
POST_IS_LOST = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
# Error codes are words with underscores; a page of a proxy or an outage is none.
ERROR_CODE = re.compile(r"[a-z_]{1,60}\Z")


class SlackCarrier(Carrier):
    """Posts as fast as the bucket allows; when it is empty what waits becomes one post instead of a queue."""

    joins_transaction: ClassVar[bool] = False
    has_queue_for_each_recipient: ClassVar[bool] = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        return None

    def is_configured(self) -> bool:
        """A bot token, or at least one destination with a webhook."""
        return bool(settings.SLACK_BOT_TOKEN) or any(
            place["webhook_url"] for place in settings.SLACK_DESTINATIONS.values()
        )

    def plan(self, messages: Sequence[Message], *, now: datetime) -> Plan:
        """Take tokens for the destination and sort its messages by them."""
        grant = take_posts(destination=messages[0].recipient, wanted=len(messages), now=now)
        parcels, late = sort_by_tokens(sorted(messages, key=lambda message: message.pk), grant.posts)
        return Plan(parcels, [(message, grant.next_at) for message in late])

    def deliver(self, parcel: Sequence[Message], *, now: datetime) -> Receipt:
        """Post one message, or several as one."""
        place = settings.SLACK_DESTINATIONS.get(parcel[0].recipient)
        if place is None:
            raise DeliveryRefused("There is no Slack destination of this name.")
        text = SEPARATOR.join(render(message) for message in parcel)
        try:
            if settings.SLACK_BOT_TOKEN and place["channel"]:
                return _post_as_bot(parcel[0], place["channel"], text, now)
            return _post_to_webhook(place["webhook_url"], text, now)
        except UnicodeDecodeError as problem:
            raise DeliveryFailed("Something else than Slack answered.", is_shared=True) from problem
        except (OSError, http.client.HTTPException) as problem:
            detail = f"Slack cannot be reached: {type(problem).__name__}: {problem}"
            raise DeliveryFailed(detail, is_shared=True) from problem
        except DeliveryFailed as failure:
            if failure.retry_after:
                block_until(destination=parcel[0].recipient, moment=now + failure.retry_after)
            raise


def sort_by_tokens(messages: Sequence[Message], posts: int) -> tuple[list[Sequence[Message]], list[Message]]:
    """Parcels for the posts allowed, and what has to wait.

    With a token for each, each goes alone. With fewer, the last post carries what is left, except messages of a
    conversation, which update a post of their own, and those that failed before, which may be what a post fails for.
    """
    if posts >= len(messages):
        return [[message] for message in messages], []
    if posts == 0:
        return [], list(messages)
    alone, rest = messages[: posts - 1], messages[posts - 1 :]
    companions = [message for message in rest if not (_conversation_of(message) or message.attempts_this_round)]
    together = companions[:MAX_COALESCED] or [rest[0]]
    return [*([message] for message in alone), together], [message for message in rest if message not in together]


def _conversation_of(message: Message) -> str:
    return str(message.payload.get("conversation", ""))


def _post_as_bot(message: Message, channel: str, text: str, now: datetime) -> Receipt:
    """A new post, or a new text for the post of the same conversation."""
    client = WebClient(
        settings.SLACK_BOT_TOKEN, base_url=settings.SLACK_API_URL, timeout=TIMEOUT_SECONDS, retry_handlers=[]
    )
    conversation = _conversation_of(message)
    earlier = (
        SlackPost.objects.filter(destination=message.recipient, conversation=conversation).first()
        if conversation
        else None
    )
    try:
        if earlier and _update(client, earlier, text):
            return Receipt("updated", 200)
        answer = client.chat_postMessage(
            channel=channel,
            text=text,
            unfurl_links=False,
            unfurl_media=False,
            # Slack knows no idempotency key; with the id in it a repeat is at least recognisable.
            metadata={"event_type": "smplat_message", "event_payload": {"id": str(message.pk)}},
        )
    except SlackApiError as problem:
        raise _judge(
            problem.response["error"], problem.response.status_code, problem.response.headers, now
        ) from problem
    if conversation:
        _remember(message, conversation, answer["channel"], answer["ts"], now)
    return Receipt("posted", 200)


def _update(client: WebClient, earlier: SlackPost, text: str) -> bool:
    """Give a post another text; answers whether it was still there."""
    try:
        client.chat_update(channel=earlier.channel_id, ts=earlier.timestamp, text=text)
    except SlackApiError as problem:
        if problem.response["error"] not in POST_IS_LOST:
            raise
        return False
    return True


def _remember(message: Message, conversation: str, channel_id: str, timestamp: str, now: datetime) -> None:
    """Kept before the delivery is recorded: should that fail, the repeat updates this post instead of adding one."""
    with transaction():
        SlackPost.objects.update_or_create(
            destination=message.recipient,
            conversation=conversation,
            defaults={"channel_id": channel_id, "timestamp": timestamp, "created_at": now},
        )


def _post_to_webhook(url: str, text: str, now: datetime) -> Receipt:
    """A webhook cannot change what it posted: an update is a post of its own."""
    if not url:
        raise DeliveryFailed("The destination names a channel, which needs SLACK_BOT_TOKEN.", is_shared=True)
    answer = WebhookClient(url, timeout=TIMEOUT_SECONDS, retry_handlers=[]).send(
        text=text, unfurl_links=False, unfurl_media=False
    )
    # Slack says "ok", and what imitates it something like it; a proxy says 200 with a page of its own.
    if answer.status_code == 200 and not answer.body.lstrip().startswith("<"):
        return Receipt("posted", 200)
    raise _judge(answer.body.strip(), answer.status_code, answer.headers, now)


def _judge(error: str, status: int, headers: Mapping[str, Any], now: datetime) -> DeliveryFailed | DeliveryRefused:
    if error in FINAL_ERRORS:
        return DeliveryRefused(f"Slack refuses the message: {error}", response_status=status)
    waits = next((value for name, value in headers.items() if name.lower() == "retry-after"), None)
    retry_after = parse_retry_after(waits, now=now) if status == 429 else None
    if status == 429:
        retry_after = retry_after or timedelta(seconds=30)
    words = f"Slack says {error}" if ERROR_CODE.match(error) else f"{status} Something else than Slack answered."
    return DeliveryFailed(words, response_status=status, retry_after=retry_after, is_shared=True)
