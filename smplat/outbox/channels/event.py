"""Messages to another domain: a function call that cannot get lost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from django.utils.module_loading import import_string

from smplat.outbox.carrier import Carrier, DeliveryRefused, Plan, Receipt
from smplat.outbox.models import Message
from smplat.outbox.topics import get_topic


@dataclass(frozen=True)
class Delivery:
    """What a handler gets. `message_id` is the same when it is called again."""

    message_id: UUID
    topic: str
    payload: dict[str, Any]
    created_at: datetime
    now: datetime


Handler = Callable[[Delivery], object]


class EventCarrier(Carrier):
    """Calls the handler inside the transaction that marks the message delivered.

    The handler must not open a transaction of its own (it is in one), nor reach out of the database. It is idempotent all
    the same, because a message may be sent again by hand.
    """

    joins_transaction: ClassVar[bool] = True
    has_queue_for_each_recipient: ClassVar[bool] = False

    def __exit__(self, *exception: object) -> None:
        return None

    def __enter__(self) -> Self:
        return self

    def is_configured(self) -> bool:
        """Handlers are code: they are there."""
        return True

    def plan(self, messages: Sequence[Message], *, now: datetime) -> Plan:  # noqa: ARG002 - the carrier's signature
        """Each alone: one transaction each."""
        return Plan([[message] for message in messages])

    def deliver(self, parcel: Sequence[Message], *, now: datetime) -> Receipt:
        """Call the handler."""
        (message,) = parcel
        handler = _handler_of(message)
        handler(Delivery(message.pk, message.topic, message.payload, message.created_at, now))
        return Receipt()


def _handler_of(message: Message) -> Handler:
    """The subscribed function; a handler that was unsubscribed since is refused, never called by its name alone."""
    if message.recipient not in get_topic(message.topic).handlers:
        raise DeliveryRefused(f"{message.recipient} is not subscribed to {message.topic}.")
    handler: Handler = import_string(message.recipient)
    return handler
