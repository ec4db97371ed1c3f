"""What the API and the console read about orders, as plain values. Nothing here writes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from checkout.errors import OrderNotFound
from checkout.models import Orchestration, Order, OrderItem, OrderStateEvent
from checkout.positions import initial_stage
from checkout.states import OrderStatus, Stage, StageStatus


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
    """The order with its items and customer.

    Raises:
        OrderNotFound: there is none.
    """
    order = _with_parts(Order.objects.filter(pk=order_id)).first()
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
    orders = _with_parts(Order.objects.order_by("-created_at", "-id"))
    if status is not None:
        orders = orders.filter(status=status)
    if customer_id is not None:
        orders = orders.filter(customer_id=customer_id)
    if after is not None:
        orders = orders.extra(where=["(checkout_order.created_at, checkout_order.id) < (%s, %s)"], params=list(after))
    return list(orders[skip : skip + limit])


def _with_parts(orders: QuerySet[Order]) -> QuerySet[Order]:
    return orders.select_related("customer").prefetch_related("items")


def get_checkout(order_id: UUID) -> Checkout:
    """The checkout of an order; one that was never written down (rows made by SQL) is computed, not created.

    Raises:
        OrderNotFound: there is no such order.
    """
    order = Order.objects.filter(pk=order_id).first()
    if order is None:
        raise OrderNotFound
    stored = Orchestration.objects.filter(order=order).first()
    return _stored_checkout(stored) if stored else _computed_checkout(order)


def _stored_checkout(checkout: Orchestration) -> Checkout:
    events = checkout.events.order_by("created_at", "id")
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
            for event in events
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
    if not Order.objects.filter(pk=order_id).exists():
        raise OrderNotFound
    return list(OrderStateEvent.objects.filter(order_id=order_id).order_by("-created_at", "-id"))


def get_progress(order_id: UUID) -> Progress:
    """How far an order is. Each line counts as one task until providers report on their own work.

    Raises:
        OrderNotFound: there is no such order.
    """
    order = get_order(order_id)
    checkout = get_checkout(order_id)
    total = len(items_of(order))
    working = checkout.stage == Stage.FULFILLMENT
    return Progress(
        total=total,
        completed=total if order.status == OrderStatus.COMPLETED else 0,
        failed=total if working and checkout.status == StageStatus.FAILED else 0,
        in_progress=total if working and checkout.status in {StageStatus.IN_PROGRESS, StageStatus.WAITING} else 0,
        order_status=order.status,
    )


def items_of(order: Order) -> list[OrderItem]:
    """The lines of an order in their order."""
    return sorted(order.items.all(), key=lambda item: item.position)
