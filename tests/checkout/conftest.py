"""A small shop: one provider, one product, and orders for it."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from checkout.actions.create_order import NewItem, NewOrder, create_order
from checkout.customers import CustomerDetails
from checkout.models import Order
from checkout.rules.prices import Line
from guardrails.models import Provider
from merchandising.models import Product, ProductStatus
from smplat.outbox.models import Message, WebhookEndpoint

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ADA = CustomerDetails(email="ada@example.test", name="Ada", locale="en-GB", time_zone="Europe/London")


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def provider(db: None) -> Provider:
    return Provider.objects.create(id="prov-9", name="Acme SMM", created_at=NOW)


@pytest.fixture
def product(provider: Provider) -> Product:
    return Product.objects.create(
        slug="reels-starter",
        title="Reels starter",
        category="instagram",
        base_price=Decimal("149.00"),
        currency="EUR",
        status=ProductStatus.ACTIVE,
        channels=["storefront"],
        provider=provider,
        created_at=NOW,
        updated_at=NOW,
    )


@pytest.fixture
def new_order(product: Product) -> Callable[..., NewOrder]:
    def build(
        *, quantity: int = 1, unit_price: str = "149.00", total_price: str | None = None, **more: Any
    ) -> NewOrder:
        price = Decimal(unit_price)
        total = price * quantity if total_price is None else Decimal(total_price)
        line = Line(more.pop("product_id", product.pk), quantity, price, total)
        item = NewItem(line, "Reels starter")
        return NewOrder(items=(item,), **{"currency": "EUR", "customer": ADA, **more})

    return build


@pytest.fixture
def place(new_order: Callable[..., NewOrder]) -> Callable[..., Order]:
    def place(*, placed_at: datetime = NOW, may_override_price: bool = False, **more: Any) -> Order:
        created = create_order(
            new=new_order(**more), may_override_price=may_override_price, placed_at=placed_at, now=NOW
        )
        return Order.objects.get(pk=created.order.pk)

    return place


@pytest.fixture
def paid_messages(db: None) -> Callable[[Order], int]:
    """Counts what one subscribed webhook endpoint is told about an order."""
    WebhookEndpoint.objects.create(
        name="warehouse", url="https://warehouse.example.test/", topics=["checkout.order.paid"], created_at=NOW
    )

    def count(order: Order) -> int:
        return Message.objects.filter(
            topic="checkout.order.paid", channel="webhook", payload__order_id=str(order.pk)
        ).count()

    return count
