"""A person wants an order left alone until a moment."""

from datetime import datetime, timedelta
from uuid import UUID

from checkout.errors import NothingToRecover, SnoozeNotAhead
from checkout.positions import hold_order
from checkout.states import OrderStatus
from smplat.db import transaction
from smplat.operations.holds import Subject, place_hold, release_holds
from smplat.operations.models import HoldScope

# Longer than any checkout is worth waiting for; more is a forgotten order.
LONGEST = timedelta(days=90)
OVER = (OrderStatus.COMPLETED, OrderStatus.CANCELED)


def snooze_order(*, order_id: UUID, until: datetime, reason: str, by: str, now: datetime) -> None:
    """Hold the order: no prompt until then. A later snooze replaces an earlier one.

    Raises:
        OrderNotFound: there is no such order.
        NothingToRecover: it is completed or canceled.
        SnoozeNotAhead: `until` is past, or further away than 90 days.
    """
    if not now < until <= now + LONGEST:
        raise SnoozeNotAhead(field="until")
    with transaction():
        held = hold_order(order_id=order_id, now=now)
        if held.position.order_status in OVER:
            raise NothingToRecover
        subject = Subject(HoldScope.ORDER, str(order_id))
        release_holds(subject=subject, by=by, now=now)
        place_hold(subject=subject, reason=reason, by=by, until=until, now=now)


def wake_order(*, order_id: UUID, by: str, now: datetime) -> int:
    """End the snooze early; returns how many holds that released."""
    with transaction():
        return release_holds(subject=Subject(HoldScope.ORDER, str(order_id)), by=by, now=now)
