"""The message that tells other domains an order is paid."""

from datetime import datetime

from checkout.models import Order
from smplat.outbox.enqueue import publish

TOPIC = "checkout.order.paid"


def announce_paid(*, order: Order, at: datetime, now: datetime) -> None:
    """Write the message into the open transaction; one per order, however often it is paid again after reopening."""
    payload = {"order_id": str(order.pk), "order_number": order.order_number, "paid_at": at.isoformat()}
    publish(topic=TOPIC, payload=payload, dedupe_key=str(order.pk), now=now)
