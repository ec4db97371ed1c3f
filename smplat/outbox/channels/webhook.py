"""Signed webhooks, the Standard Webhooks way."""

import base64
import hashlib
import hmac
import http.client
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Self

import orjson
from django.conf import settings

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
        raise DeliveryRefused("The endpoint is switched off or was removed.")
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
    words = response.body.decode("utf-8", "replace").strip()
    status = response.status
    if 200 <= status < 300:
        return Receipt(words, status)
    if status == GONE:
        disable_endpoint(endpoint_id=endpoint.pk, because="The receiver answered 410 Gone.")
    if status >= 500 or status in PASSING_CLIENT_ERRORS:
        retry_after = parse_retry_after(response.retry_after, now=now)
        raise DeliveryFailed(
            f"{status} {words}", response_status=status, retry_after=retry_after, is_shared=retry_after is not None
        )
    if 300 <= status < 400:
        words = "Redirects are not followed; enter the new address."
    raise DeliveryRefused(f"{status} {words}", response_status=status)
