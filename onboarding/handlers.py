"""What happens in onboarding when another domain's message arrives."""

from datetime import datetime
from uuid import UUID

from checkout.states import OrderStatus
from onboarding.errors import JourneyNotFound
from onboarding.journeys import hold_journey_of, settle
from onboarding.opening import hold_or_open_journey
from onboarding.self_completion import complete_what_is_done
from onboarding.states import SelfCheck
from smplat.outbox.channels.event import Delivery

# An order that got here has moved on, so its journey is not stalled.
ON_ITS_WAY = frozenset({OrderStatus.PROCESSING, OrderStatus.ACTIVE, OrderStatus.COMPLETED})


def open_journey_of_paid_order(delivery: Delivery) -> None:
    """`checkout.order.paid`: the client's journey begins when the order was paid. Idempotent: an order has one journey."""
    hold_or_open_journey(
        order_id=UUID(delivery.payload["order_id"]),
        at=datetime.fromisoformat(delivery.payload["paid_at"]),
        now=delivery.now,
    )


def follow_order(delivery: Delivery) -> None:
    """`checkout.order.moved`: what fulfillment completes is completed, and whose turn it is follows the order.

    Idempotent: it reads the order as it is now, and settling twice is settling once.
    """
    try:
        held = hold_journey_of(UUID(delivery.payload["order_id"]))
    except JourneyNotFound:
        # Nothing to follow: it begins when the order is paid.
        return
    # Told late, a move lies before what happened to the journey since.
    at = max(datetime.fromisoformat(delivery.payload["moved_at"]), held.journey.updated_at)
    is_done = complete_what_is_done(held=held, at=at, checks=[SelfCheck.ORDER_IN_FULFILLMENT])
    settle(held=held, has_moved=is_done or held.journey.order.status in ON_ITS_WAY, at=at, now=delivery.now)
