"""How an order stands, in the words of the customer it belongs to."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from checkout.models import Order
from checkout.prompt_words import words_of
from checkout.queries import get_checkout, get_order, items_of
from checkout.states import OPEN, STAGES, OrderStatus, Stage, StageStatus
from smplat.money import format_money
from smplat.outbox.choices import Category
from smplat.outbox.unsubscribe import make_link

STEP_NAMES = {
    Stage.PAYMENT: "Payment",
    Stage.VERIFICATION: "Check",
    Stage.LOYALTY_HOLD: "Points and vouchers",
    Stage.FULFILLMENT: "In the making",
    Stage.COMPLETED: "Done",
}
# Whom an order without a customer is shown to: nobody is known, so amounts are written the English way.
UNKNOWN_LOCALE = "en-US"


@dataclass(frozen=True)
class Step:
    """One step of the way."""

    name: str
    is_done: bool
    is_current: bool


@dataclass(frozen=True)
class Line:
    """One thing ordered."""

    title: str
    quantity: int
    amount: str


@dataclass(frozen=True)
class CustomerView:
    """All that the page shows."""

    order_number: str
    heading: str
    missing: str
    next_step: str
    has_failed: bool
    is_open: bool
    amount: str
    lines: tuple[Line, ...]
    steps: tuple[Step, ...]
    preferences_url: str


def view_order(order_id: UUID) -> CustomerView:
    """What the order's customer sees.

    Raises:
        OrderNotFound: the order is gone.
    """
    order, checkout = get_order(order_id), get_checkout(order_id)
    stage = Stage(checkout.stage)
    amount = _money(order, order.total)
    heading, missing, next_step = _texts(order, stage=stage, amount=amount)
    return CustomerView(
        order_number=order.order_number,
        heading=heading,
        missing=missing,
        next_step=next_step,
        has_failed=checkout.status == StageStatus.FAILED and order.status != OrderStatus.CANCELED,
        is_open=order.status in OPEN,
        amount=amount,
        lines=tuple(
            Line(item.product_title, item.quantity, _money(order, item.total_price)) for item in items_of(order)
        ),
        steps=_steps(order, stage=stage),
        preferences_url=_preferences_url(order),
    )


def _texts(order: Order, *, stage: Stage, amount: str) -> tuple[str, str, str]:
    """Heading, what is missing, and the next step."""
    if order.status == OrderStatus.CANCELED:
        return "This order was canceled", "Nothing is missing, and nothing more happens with it.", ""
    if order.status == OrderStatus.ON_HOLD:
        return "Your order is on hold", "Somebody of ours looks after it.", "There is nothing you have to do."
    if stage is Stage.COMPLETED:
        return "Your order is complete", "Nothing is missing. Thank you!", ""
    words = words_of(stage)
    if stage is Stage.FULFILLMENT:
        # Who opens an old link is not told of a delay that there may not be.
        return "Your order is in the making", "Nothing is missing from you: the provider works on it.", words.on_page
    return words.heading, words.missing.format(amount=amount), words.on_page


def _steps(order: Order, *, stage: Stage) -> tuple[Step, ...]:
    is_over = order.status in {OrderStatus.CANCELED, OrderStatus.COMPLETED}
    return tuple(
        Step(
            name=STEP_NAMES[one],
            is_done=one.position < stage.position or stage is Stage.COMPLETED,
            is_current=one is stage and not is_over,
        )
        for one in STAGES
    )


def _money(order: Order, amount: Decimal) -> str:
    locale = order.customer.locale if order.customer else UNKNOWN_LOCALE
    return format_money(amount, currency=order.currency, locale=locale)


def _preferences_url(order: Order) -> str:
    if order.customer_id is None:
        return ""
    return make_link(recipient_id=order.customer_id, category=Category.ORDER_UPDATES)
