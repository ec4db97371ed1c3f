"""A customer places an order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import connection

from checkout.customers import CustomerDetails, resolve_customer
from checkout.errors import PriceChanged, ProductNotForSale, ProductNotFound, TotalMismatch
from checkout.models import Customer, Order, OrderItem
from checkout.positions import open_orchestration
from checkout.rules.prices import CataloguePrice, Line, LineProblem, find_line_problem, subtotal_of
from checkout.states import OrderSource
from merchandising.models import Product, ProductStatus
from smplat.db import Receipt, require_transaction, transaction
from smplat.instances import Columns, write_together

PRODUCT: Final = Columns(Product, "product")
FIND_PRODUCTS: Final = f"SELECT {PRODUCT} FROM merchandising_product AS product WHERE product.id = ANY(%s)"  # noqa: S608 - names of columns


@dataclass(frozen=True)
class NewItem:
    """One line as the client states it."""

    line: Line
    product_title: str
    selected_options: dict[str, Any] | None = None
    attributes: dict[str, Any] | None = None
    platform_context: dict[str, Any] | None = None


@dataclass(frozen=True)
class NewOrder:
    """An order as the client states it."""

    items: tuple[NewItem, ...]
    currency: str
    source: OrderSource = OrderSource.CHECKOUT
    user_id: UUID | None = None
    customer: CustomerDetails | None = None
    notes: str = ""
    loyalty_projection_points: int | None = None


@dataclass(frozen=True)
class OrderCreated:
    """The new order with its items, as they are stored."""

    order: Order
    items: tuple[OrderItem, ...]


def create_order(
    *,
    new: NewOrder,
    may_override_price: bool,
    placed_at: datetime,
    now: datetime,
    receipt: Receipt | None = None,
) -> OrderCreated:
    """Store an order with its items and its checkout, at prices that the catalogue confirms.

    Args:
        new: the order as the client states it.
        may_override_price: prices and availability are the client's word.
        placed_at: when it was placed; earlier than `now` for a backdated order, which never prompts anybody.
        now: the present moment.
        receipt: idempotency of the request.

    Raises:
        ProductNotFound: a line names an unknown product.
        TotalMismatch: a line's total is not its quantity times its unit price.
        ProductNotForSale: a line's product is a draft or archived.
        PriceChanged: a line's price or currency is not the catalogue's.
    """
    with transaction(receipt=receipt) as keep:
        products = _find_products(new.items)
        for index, item in enumerate(new.items):
            _check_line(index=index, item=item, products=products, currency=new.currency, may=may_override_price)
        customer = resolve_customer(user_id=new.user_id, details=new.customer, now=now)
        order = _build_order(new=new, customer=customer, placed_at=placed_at, now=now)
        items = _build_items(order=order, items=new.items, products=products)
        first_customers = [customer] if customer and customer._state.adding else []  # noqa: SLF001 - Django's public API
        write_together(new=[*first_customers, order, *items, *open_orchestration(order=order, now=now)])
        return keep(OrderCreated(order, items))


def _find_products(items: Sequence[NewItem]) -> dict[UUID, Product]:
    found = PRODUCT.all(FIND_PRODUCTS, [[item.line.product_id for item in items]])
    return {product.pk: product for product in found}


def _check_line(*, index: int, item: NewItem, products: dict[UUID, Product], currency: str, may: bool) -> None:
    product = products.get(item.line.product_id)
    catalogue = _price_of(product) if product else None
    problem = find_line_problem(index=index, line=item.line, catalogue=catalogue, currency=currency, may_override=may)
    if problem is not None:
        raise _error(problem=problem, item=item)


def _price_of(product: Product) -> CataloguePrice:
    return CataloguePrice(product.base_price, product.currency, product.status == ProductStatus.ACTIVE)


def _error(
    *, problem: LineProblem, item: NewItem
) -> ProductNotFound | TotalMismatch | ProductNotForSale | PriceChanged:
    field = f"items.{problem.index}"
    if problem.reason == "unknown-product":
        return ProductNotFound(f"Product not found: {item.line.product_id}", field=field)
    if problem.reason == "total-mismatch":
        return TotalMismatch(field=f"{field}.total_price")
    if problem.reason == "not-for-sale":
        return ProductNotForSale(field=field)
    figures = {"index": problem.index, "stated": float(item.line.unit_price), "catalogue": float(problem.expected or 0)}
    return PriceChanged(field=f"{field}.unit_price", extra=figures)


def _build_order(*, new: NewOrder, customer: Customer | None, placed_at: datetime, now: datetime) -> Order:
    subtotal = subtotal_of(item.line for item in new.items)
    return Order(
        order_number=next_order_number(),
        customer=customer,
        source=new.source,
        subtotal=subtotal,
        tax=Decimal(0),
        total=subtotal,
        currency=new.currency,
        loyalty_projection_points=new.loyalty_projection_points,
        notes=new.notes,
        is_backdated=placed_at < now,
        created_at=placed_at,
        updated_at=now,
    )


def _build_items(*, order: Order, items: Sequence[NewItem], products: dict[UUID, Product]) -> tuple[OrderItem, ...]:
    return tuple(
        OrderItem(
            order=order,
            position=position,
            product=products[item.line.product_id],
            product_slug=products[item.line.product_id].slug,
            product_title=item.product_title,
            provider_id=products[item.line.product_id].provider_id,
            quantity=item.line.quantity,
            unit_price=item.line.unit_price,
            total_price=item.line.total_price,
            selected_options=item.selected_options,
            attributes=item.attributes,
            platform_context=item.platform_context,
        )
        for position, item in enumerate(items)
    )


def next_order_number() -> str:
    """SM and at least six digits. A sequence: unique under concurrency; an order that is refused leaves a gap."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('checkout_order_number')")
        (number,) = cursor.fetchone()
    return f"SM{number:06d}"
