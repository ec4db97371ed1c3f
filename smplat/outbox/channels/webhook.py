"""Signed webhooks, the Standard Webhooks way."""

import base64
import hashlib
import hmac
import http.client
from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar, Self

import orjson
from django.conf import settings
from django.utils.html import strip_tags

from smplat.outbox.actions.disable_endpoint import disable_endpoint
from smplat.outbox.carrier import Carrier, DeliveryFailed, DeliveryRefused, Plan, Receipt
from smplat.outbox.channels.addresses import AddressRefused, parse_address
from smplat.outbox.channels.http_post import Response, post
from smplat.outbox.models import Message, WebhookEndpoint, WebhookSecret
from smplat.outbox.rules import parse_retry_after

SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix every secret begins with
# A receiver being deployed or rotating its secret answers so for a while.
PASSING_CLIENT_ERRORS = frozenset({401, 403, 404, 408, 409, 425, 429})
GONE = 410
# Said of the whole endpoint (it is overloaded, being deployed or unreachable for its gateway), not of one message.
ENDPOINT_WIDE = frozenset({429, 502, 503, 504})


class WebhookCarrier(Carrier):
    """Posts each message to its endpoint, signed with every secret that is valid now."""

    joins_transaction: ClassVar[bool] = False
    has_queue_for_each_recipient: ClassVar[bool] = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        return None

    def is_configured(self) -> bool:
        """Endpoints are rows: what is needed came with the message."""
        return True

    def plan(self, messages: Sequence[Message], *, now: datetime) -> Plan:  # noqa: ARG002 - the carrier's signature
        """Each alone."""
        return Plan([[message] for message in messages])

    def deliver(self, parcel: Sequence[Message], *, now: datetime) -> Receipt:
        """Post one message."""
        (message,) = parcel
        endpoint = _endpoint_of(message)
        secrets = [row.secret for row in WebhookSecret.objects.filter(endpoint=endpoint).valid_at(now)]
        if not secrets:
            # Unsigned it would teach the receiver to accept anything.
            raise DeliveryFailed("The endpoint has no secret yet: make one in the console.", is_shared=True)
        body = encode(message)
        response = _post(endpoint, body, sign(message_id=str(message.pk), body=body, secrets=secrets, now=now))
        return _judge(endpoint, response, now)


def encode(message: Message) -> bytes:
    """The body: the same bytes at every repeat."""
    envelope: dict[str, Any] = {
        "type": message.topic,
        "timestamp": message.created_at,
        "data": message.payload,
    }
    return orjson.dumps(envelope, option=orjson.OPT_UTC_Z)


def sign(*, message_id: str, body: bytes, secrets: Sequence[str], now: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks; one signature for each secret, so that a rotation overlaps."""
    timestamp = str(int(now.timestamp()))
    content = b".".join([message_id.encode(), timestamp.encode(), body])
    signatures = (hmac.digest(_key_of(secret), content, hashlib.sha256) for secret in secrets)
    return {
        "content-type": "application/json",
        "user-agent": "smplat-webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{base64.b64encode(signature).decode()}" for signature in signatures),
    }


def _key_of(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(SECRET_PREFIX))


def _endpoint_of(message: Message) -> WebhookEndpoint:
    endpoint = WebhookEndpoint.objects.filter(pk=int(message.recipient)).first()
    if endpoint is None or not endpoint.is_active:
        # Since the claim, or it would have been suppressed there; the next claim does so with all that are left.
        raise DeliveryFailed("The endpoint is switched off or was removed.", is_shared=True)
    return endpoint


def _post(endpoint: WebhookEndpoint, body: bytes, headers: dict[str, str]) -> Response:
    allow_private = settings.OUTBOX_WEBHOOK_ALLOW_PRIVATE
    try:
        target = parse_address(endpoint.url, allow_private=allow_private)
        return post(target, body=body, headers=headers, allow_private=allow_private)
    except AddressRefused as refused:
        raise DeliveryRefused(str(refused)) from refused
    except (OSError, http.client.HTTPException) as problem:
        detail = f"No usable answer: {type(problem).__name__}: {problem}"
        raise DeliveryFailed(detail, is_shared=True) from problem


def _judge(endpoint: WebhookEndpoint, response: Response, now: datetime) -> Receipt:
    """What an answer means: 2xx is accepted, 410 ends the subscription, redirects are not followed."""
    status = response.status
    words = _words_of(response)
    if 200 <= status < 300:
        return Receipt(words, status)
    if status == GONE:
        disable_endpoint(endpoint_id=endpoint.pk, because="The receiver answered 410 Gone.")
    if status < 200 or status >= 500 or status in PASSING_CLIENT_ERRORS:
        retry_after = parse_retry_after(response.retry_after, now=now)
        raise DeliveryFailed(
            words,
            response_status=status,
            retry_after=retry_after,
            is_shared=retry_after is not None or status in ENDPOINT_WIDE,
        )
    if 300 <= status < 400:
        words = f"{status} Redirects are not followed; enter the new address."
    raise DeliveryRefused(words, response_status=status)


def _words_of(response: Response) -> str:
    """Status and words, as a person reads them: of a page its text, of anything compressed or binary nothing."""
    phrase = next((known.phrase for known in HTTPStatus if known == response.status), "")
    text = response.body.decode("utf-8", "replace")
    # One may be a letter that was cut in two at the end.
    if text.count("\ufffd") > 1:
        text = "(not a text)"
    elif text.lstrip().startswith("<"):
        text = strip_tags(text)
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(f"{response.status} {phrase} {printable}".split())
