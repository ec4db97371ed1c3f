"""What an order costs. Client figures are checked, never trusted. Source: contract 4.8, defect D-22."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True)
class Line:
    """One order line as the client states it."""

    product_id: UUID
    quantity: int
    unit_price: Decimal
    total_price: Decimal


@dataclass(frozen=True)
class CataloguePrice:
    """What the catalogue says about a product."""

    price: Decimal
    currency: str
    is_for_sale: bool


@dataclass(frozen=True)
class LineProblem:
    """Why a line cannot be ordered as stated; `expected` is the catalogue's or the computed figure where there is one."""

    index: int
    reason: str
    expected: Decimal | None = None


def find_line_problem(
    *, index: int, line: Line, catalogue: CataloguePrice | None, currency: str, may_override: bool
) -> LineProblem | None:
    """The first thing wrong with a line, or None.

    Options add nothing yet: the catalogue knows none, so a client's own price delta is a changed price.
    """
    if catalogue is None:
        return LineProblem(index, "unknown-product")
    if line.total_price != line.unit_price * line.quantity:
        return LineProblem(index, "total-mismatch", line.unit_price * line.quantity)
    if may_override:
        return None
    if not catalogue.is_for_sale:
        return LineProblem(index, "not-for-sale")
    if catalogue.currency != currency or catalogue.price != line.unit_price:
        return LineProblem(index, "price-changed", catalogue.price)
    return None


def subtotal_of(lines: Iterable[Line]) -> Decimal:
    """The sum of the lines, in the order's currency."""
    return sum((line.total_price for line in lines), Decimal(0))
