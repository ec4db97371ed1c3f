"""What the page of one order shows, as plain values. It reads; what changes the order are the actions above it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import prefetch_related_objects

from checkout.console.order_search import name_of
from checkout.models import Customer, Escalation, Order, OrderItem, RecoveryAction
from checkout.policies import as_rule
from checkout.queries import Checkout, CheckoutEvent, get_checkout, items_of
from checkout.rules.position import Position
from checkout.rules.quiet_hours import QuietHours, end_of_quiet
from checkout.rules.reasons import say_reason
from checkout.rules.recovery import Verdict
from checkout.rules.stage_diagram import draw_stages
from checkout.standing import Standing, find_standing
from checkout.states import OrderStatus, Stage, StageStatus
from smplat.console import timeline
from smplat.console.models import User
from smplat.console.timeline import TimelineContext

# Badge of each status: see console/partials/badge.html.
STATUS_KINDS = {
    OrderStatus.PENDING: "notice",
    OrderStatus.PROCESSING: "notice",
    OrderStatus.ACTIVE: "notice",
    OrderStatus.COMPLETED: "good",
    OrderStatus.ON_HOLD: "warning",
    OrderStatus.CANCELED: "critical",
}
# Equal times: a stage without a policy is quiet at no hour.
NEVER_QUIET = QuietHours(time(0), time(0))
SEES_CUSTOMERS = "checkout.view_customer"


@dataclass(frozen=True)
class ItemLine:
    """One line of the order."""

    title: str
    quantity: int
    unit_price: dict[str, Decimal]
    total: dict[str, Decimal]
    provider_id: str
    provider_name: str
    is_paused: bool


@dataclass(frozen=True)
class PaymentPart:
    """One part of what is paid, as the payment stage reported it."""

    at: datetime
    method: str
    amount: str
    status: str


@dataclass(frozen=True)
class CustomerFacts:
    """Who ordered, and what time it is for them."""

    id: str
    name: str
    address: str
    locale: str
    local_time: str
    time_zone: str
    # Nobody is prompted before; None outside the quiet hours.
    quiet_until: datetime | None


def build_order_page(*, order: Any, person: User, source: str, now: datetime) -> dict[str, Any]:
    """Everything of one order; `order` carries `stalled_at` (checkout.stalled)."""
    prefetch_related_objects([order], "items__provider")
    checkout = get_checkout(order.pk)
    standing = find_standing(order=order, checkout=checkout, now=now)
    sees_customers = person.has_perm(SEES_CUSTOMERS)
    story = timeline.read(TimelineContext(order_id=order.pk, may=person.has_perm), source=source)
    return {
        "order": order,
        "status_label": order.get_status_display(),
        "status_kind": STATUS_KINDS[OrderStatus(order.status)],
        "value": {order.currency: order.total},
        "stages": draw_stages(_position(order, checkout)),
        "checkout": checkout,
        "sees_customers": sees_customers,
        "customer": customer_facts(order.customer, quiet=_quiet(standing), now=now)
        if sees_customers and order.customer
        else None,
        "items": [_item_line(item, currency=order.currency) for item in items_of(order)],
        "payments": payment_parts(checkout.events, currency=order.currency),
        "standing": standing,
        "last_reason": say_reason(standing.last_decision.reason) if standing.last_decision else "",
        "right_now": _say_verdict(standing.right_now) if standing.right_now else None,
        "is_stalled": order.stalled_at is not None and order.stalled_at <= now,
        "escalation": _open_escalation(order),
        "story": story,
        "chosen_source": source,
    }


def customer_facts(customer: Customer, *, quiet: QuietHours, now: datetime) -> CustomerFacts:
    """Who a customer is, with the time on their own clock."""
    local = now.astimezone(ZoneInfo(customer.time_zone))
    return CustomerFacts(
        id=str(customer.pk),
        name=customer.name or name_of(customer),
        address=customer.email,
        locale=customer.locale,
        local_time=f"{local:%H:%M}, {local:%A}",
        time_zone=customer.time_zone,
        quiet_until=end_of_quiet(quiet=quiet, time_zone=customer.time_zone, now=now),
    )


def payment_parts(events: Iterable[CheckoutEvent], *, currency: str) -> list[PaymentPart]:
    """The payment stage's events that name a method and an amount ({method, amount}), oldest first."""
    return [
        PaymentPart(
            at=event.created_at,
            method=str(event.payload["method"]),
            amount=_amount(event.payload["amount"], currency),
            status=StageStatus(event.status).label,
        )
        for event in events
        if event.stage == Stage.PAYMENT and {"method", "amount"} <= event.payload.keys()
    ]


def _amount(value: Any, currency: str) -> str:
    """As money when it is a number; whatever else the storefront sent, as it is."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return f"{amount:,.2f} {currency}" if amount.is_finite() else str(value)


def _position(order: Order, checkout: Checkout) -> Position:
    return Position(OrderStatus(order.status), Stage(checkout.stage), StageStatus(checkout.status))


def _item_line(item: OrderItem, *, currency: str) -> ItemLine:
    provider = item.provider
    return ItemLine(
        title=item.product_title,
        quantity=item.quantity,
        unit_price={currency: item.unit_price},
        total={currency: item.total_price},
        provider_id=provider.pk if provider else "",
        provider_name=provider.name if provider else "",
        is_paused=bool(provider and provider.is_paused),
    )


def _say_verdict(verdict: Verdict) -> tuple[str, str]:
    return RecoveryAction(verdict.action).label, say_reason(verdict.reason)


def _quiet(standing: Standing) -> QuietHours:
    return as_rule(standing.policy).quiet if standing.policy else NEVER_QUIET


def _open_escalation(order: Order) -> Escalation | None:
    open_ones = Escalation.objects.filter(order=order, resolved_at__isnull=True)
    return open_ones.select_related("owner").first()
