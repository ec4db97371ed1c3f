"""The message that tells other domains that an order went from one status or stage to another."""

from datetime import datetime

from checkout.models import Order
from checkout.rules.position import Position
from smplat.ids import new_id
from smplat.outbox.enqueue import publish

TOPIC = "checkout.order.moved"


def announce_moved(*, order: Order, position: Position, at: datetime, now: datetime) -> None:
    """Write the message into the open transaction; one per move, and an order may come to the same place again."""
    payload = {
        "order_id": str(order.pk),
        "order_status": position.order_status.value,
        "stage": position.stage.value,
        "moved_at": at.isoformat(),
    }
    publish(topic=TOPIC, payload=payload, dedupe_key=f"{order.pk}:{new_id()}", now=now)
