"""What the API and the console read about orders, as plain values. Nothing here writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from checkout.errors import OrderNotFound
from checkout.models import Orchestration, OrchestrationEvent, Order, OrderItem, OrderStateEvent
from checkout.positions import CHECKOUT, PLACED, initial_stage
from checkout.states import OrderStatus, Stage, StageStatus
from smplat.instances import Columns

EVENT: Final = Columns(OrchestrationEvent, "event")
HAPPENED: Final = Columns(OrderStateEvent, "happened")
LINE: Final = Columns(OrderItem, "line")

# What a storefront asks on every page.
FIND_ORDER: Final = f"SELECT {PLACED} FROM checkout_order AS placed WHERE placed.id = %s"  # noqa: S608 - names of columns
FIND_CHECKOUT: Final = f"SELECT {CHECKOUT} FROM checkout_orchestration AS checkout WHERE checkout.order_id = %s"  # noqa: S608
LIST_EVENTS: Final = f"""
SELECT {EVENT} FROM checkout_orchestrationevent AS event WHERE event.orchestration_id = %s ORDER BY event.created_at, event.id
"""  # noqa: S608
LIST_STATE_EVENTS: Final = f"""
SELECT {HAPPENED} FROM checkout_orderstateevent AS happened WHERE happened.order_id = %s
ORDER BY happened.created_at DESC, happened.id DESC
"""  # noqa: S608
LIST_ITEMS: Final = f"SELECT {LINE} FROM checkout_orderitem AS line WHERE line.order_id = %s ORDER BY line.position"  # noqa: S608
PROGRESS: Final = """
SELECT placed.status, checkout.current_stage, checkout.stage_status,
    (SELECT count(*) FROM checkout_orderitem AS line WHERE line.order_id = placed.id)
FROM checkout_order AS placed LEFT JOIN checkout_orchestration AS checkout ON checkout.order_id = placed.id
WHERE placed.id = %s
"""


@dataclass(frozen=True)
class CheckoutEvent:
    """One line of a checkout's log."""

    stage: str
    status: str
    note: str
    payload: dict[str, Any]
    created_at: datetime


@dataclass(frozen=True)
class Checkout:
    """Where a checkout stands and how it got there."""

    order_id: UUID
    stage: str
    status: str
    started_at: datetime | None
    completed_at: datetime | None
    failed_at: datetime | None
    next_action_at: datetime | None
    metadata: dict[str, Any]
    events: tuple[CheckoutEvent, ...]


@dataclass(frozen=True)
class Progress:
    """How far the lines of an order are."""

    total: int
    completed: int
    failed: int
    in_progress: int
    order_status: str

    @property
    def percentage(self) -> float:
        """0 to 100 with two decimals; 0 for an order without lines."""
        return round(self.completed * 100 / self.total, 2) if self.total else 0.0


def get_order(order_id: UUID) -> Order:
    """The order.

    Raises:
        OrderNotFound: there is none.
    """
    order = PLACED.first(FIND_ORDER, [order_id])
    if order is None:
        raise OrderNotFound
    return order


def list_orders(
    *,
    status: OrderStatus | None,
    customer_id: UUID | None,
    after: tuple[datetime, UUID] | None,
    skip: int,
    limit: int,
) -> list[Order]:
    """Orders newest first: those after a keyset position, or those after `skip`."""
    orders = Order.objects.order_by("-created_at", "-id").prefetch_related("items")
    if status is not None:
        orders = orders.filter(status=status)
    if customer_id is not None:
        orders = orders.filter(customer_id=customer_id)
    if after is not None:
        orders = orders.extra(where=["(checkout_order.created_at, checkout_order.id) < (%s, %s)"], params=list(after))
    return list(orders[skip : skip + limit])


def get_checkout(order_id: UUID) -> Checkout:
    """The checkout of an order; one that was never written down (rows made by SQL) is computed, not created.

    Raises:
        OrderNotFound: there is no such order.
    """
    stored = CHECKOUT.first(FIND_CHECKOUT, [order_id])
    return checkout_of(stored, list_events(stored)) if stored else _computed_checkout(get_order(order_id))


def list_events(checkout: Orchestration) -> list[OrchestrationEvent]:
    """The log of a stored checkout, oldest first."""
    return EVENT.all(LIST_EVENTS, [checkout.pk])


def checkout_of(checkout: Orchestration, events: Iterable[OrchestrationEvent]) -> Checkout:
    """A stored checkout with its log as plain values."""
    return Checkout(
        order_id=checkout.order_id,
        stage=checkout.current_stage,
        status=checkout.stage_status,
        started_at=checkout.started_at,
        completed_at=checkout.completed_at,
        failed_at=checkout.failed_at,
        next_action_at=checkout.next_action_at,
        metadata=checkout.metadata,
        events=tuple(
            CheckoutEvent(event.stage, event.status, event.transition_note, event.payload, event.created_at)
            for event in sorted(events, key=lambda event: (event.created_at, event.pk))
        ),
    )


def _computed_checkout(order: Order) -> Checkout:
    stage = initial_stage(OrderStatus(order.status))
    is_done = stage is Stage.COMPLETED
    return Checkout(
        order_id=order.pk,
        stage=stage,
        status=StageStatus.COMPLETED if is_done else StageStatus.NOT_STARTED,
        started_at=None,
        completed_at=order.updated_at if is_done else None,
        failed_at=None,
        next_action_at=None,
        metadata={},
        events=(),
    )


def list_state_events(order_id: UUID) -> list[OrderStateEvent]:
    """What happened to an order, newest first.

    Raises:
        OrderNotFound: there is no such order.
    """
    events = HAPPENED.all(LIST_STATE_EVENTS, [order_id])
    if not events:
        get_order(order_id)
    return events


def get_progress(order_id: UUID) -> Progress:
    """How far an order is. Each line counts as one task until providers report on their own work.

    Raises:
        OrderNotFound: there is no such order.
    """
    with connection.cursor() as cursor:
        cursor.execute(PROGRESS, [order_id])
        row = cursor.fetchone()
    if row is None:
        raise OrderNotFound
    order_status, stage, status, total = row
    working = (stage or initial_stage(OrderStatus(order_status))) == Stage.FULFILLMENT
    return Progress(
        total=total,
        completed=total if order_status == OrderStatus.COMPLETED else 0,
        failed=total if working and status == StageStatus.FAILED else 0,
        in_progress=total if working and status in {StageStatus.IN_PROGRESS, StageStatus.WAITING} else 0,
        order_status=order_status,
    )


def list_items(order_id: UUID) -> list[OrderItem]:
    """The lines of an order in their order."""
    return LINE.all(LIST_ITEMS, [order_id])


def items_of(order: Order) -> list[OrderItem]:
    """The same of an order that was read with its items."""
    return sorted(order.items.all(), key=lambda item: item.position)
