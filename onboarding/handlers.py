"""What happens in onboarding when another domain's message arrives."""

from datetime import datetime
from uuid import UUID

from onboarding.journeys import hold_or_open_journey
from smplat.outbox.channels.event import Delivery


def open_journey_of_paid_order(delivery: Delivery) -> None:
    """`checkout.order.paid`: the client's journey begins when the order was paid. Idempotent: an order has one journey."""
    hold_or_open_journey(
        order_id=UUID(delivery.payload["order_id"]),
        at=datetime.fromisoformat(delivery.payload["paid_at"]),
        now=delivery.now,
    )
