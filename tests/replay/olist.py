"""Turn the orders of a real marketplace into the requests its storefront would have sent.

The mapping is the one that data/README.md beside the set states; docs/replay.md says what becomes of the odd rows.
"""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_DOWN, Decimal
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from tests.replay.adapters import DATA

OLIST = DATA / "olist"
LOCAL = ZoneInfo("America/Sao_Paulo")
CURRENCY = "BRL"
CENT = Decimal("0.01")
# What stands in the order of someone who paid although the set lost what for.
UNRECORDED = "unrecorded"
NAMESPACE = UUID("6f2f0d0a-95a4-4c7e-8f06-3f8c8a3f2f10")
Row = dict[str, str]


@dataclass(frozen=True)
class Request:
    """One request; `{order}` in its path is our id of the order, known once the order was placed."""

    at: datetime
    order: str
    method: str
    path: str
    body: dict[str, Any] = field(hash=False)


@dataclass(frozen=True)
class Purchase:
    """One order with all rows about it."""

    row: Row
    items: tuple[Row, ...]
    payments: tuple[Row, ...]
    # Empty where the set lost the customer.
    customer: str
    is_repeat_customer: bool

    @property
    def reference(self) -> str:
        """The marketplace's id of the order."""
        return self.row["order_id"]

    @property
    def placed_at(self) -> datetime:
        """When it was placed."""
        return moment(self.row["order_purchase_timestamp"])

    @cached_property
    def handed_over_at(self) -> datetime | None:
        """When the carrier got it; at the latest when it was delivered."""
        known = [at for at in (self._at("order_delivered_carrier_date"), self.delivered_at) if at]
        return min(known, default=None)

    @cached_property
    def delivered_at(self) -> datetime | None:
        """When the customer got it; without a date, at the last moment that is known."""
        if self.row["order_status"] != "delivered":
            return None
        names = ("order_delivered_customer_date", "order_delivered_carrier_date", "order_approved_at")
        return next((at for at in map(self._at, names) if at), self.placed_at)

    @cached_property
    def approved_at(self) -> datetime | None:
        """When the payment was approved; what was handed over must have been."""
        return self._at("order_approved_at") or self.handed_over_at

    @cached_property
    def ship_by(self) -> datetime | None:
        """The first moment at which a seller had promised to hand over."""
        return min((moment(item["shipping_limit_date"]) for item in self.items), default=None)

    @property
    def hold_reason(self) -> str:
        """Why loyalty is settled first; empty where there is nothing to settle."""
        if any(part["payment_type"] == "voucher" for part in self.payments):
            return "voucher"
        return "repeat customer" if self.is_repeat_customer else ""

    @cached_property
    def released_at(self) -> datetime | None:
        """When the loyalty stage ends: for a held order at hand-over or the first limit, and never before approval."""
        if self.approved_at is None or not self.hold_reason:
            return self.approved_at
        known = [at for at in (self.handed_over_at, self.ship_by) if at]
        return max(self.approved_at, min(known, default=self.approved_at))

    @property
    def total(self) -> Decimal:
        """What was paid; without any payment, what the items say."""
        if self.payments:
            return sum((Decimal(part["payment_value"]) for part in self.payments), Decimal(0))
        return sum(map(price_of, self.items), Decimal(0))

    def _at(self, name: str) -> datetime | None:
        return moment(self.row[name]) if self.row[name] else None


def read(name: str, folder: Path = OLIST) -> Iterator[Row]:
    """The rows of one file."""
    with gzip.open(folder / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def moment(text: str) -> datetime:
    """A local time without a zone; where clocks were set back and it happened twice, the first."""
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL).astimezone(UTC)


def price_of(item: Row) -> Decimal:
    """An item with its freight."""
    return Decimal(item["price"]) + Decimal(item["freight_value"])


def list_purchases() -> list[Purchase]:
    """Every order, oldest first."""
    items, payments = _by_order("order_items"), _by_order("order_payments")
    customers = {row["customer_id"]: row["customer_unique_id"] for row in read("customers")}
    seen: set[str] = set()
    purchases = []
    for row in sorted(read("orders"), key=lambda row: (row["order_purchase_timestamp"], row["order_id"])):
        customer = customers.get(row["customer_id"], "")
        purchase = Purchase(
            row=row,
            items=tuple(sorted(items[row["order_id"]], key=lambda item: int(item["order_item_id"]))),
            payments=tuple(sorted(payments[row["order_id"]], key=lambda part: int(part["payment_sequential"]))),
            customer=customer,
            is_repeat_customer=customer in seen,
        )
        seen |= {customer} - {""}
        purchases.append(purchase)
    return purchases


def _by_order(name: str) -> defaultdict[str, list[Row]]:
    rows: defaultdict[str, list[Row]] = defaultdict(list)
    for row in read(name):
        rows[row["order_id"]].append(row)
    return rows


def product_id(item: Row) -> UUID:
    """Our id of what one seller sells: two sellers of one product are two products, since each has one provider."""
    return uuid5(NAMESPACE, f"{item['product_id']}/{item['seller_id']}")


UNRECORDED_PRODUCT = uuid5(NAMESPACE, UNRECORDED)


def requests_of(purchase: Purchase) -> list[Request]:
    """What the storefront sends about one order, in the order of the stages, each with its own time."""
    requests = [_placing(purchase), *_paying(purchase), *_settling(purchase), *_fulfilling(purchase)]
    if purchase.row["order_status"] == "canceled":
        # The set does not say when: at the last thing that is known to have happened.
        at = max(request.at for request in requests)
        body = {"status": "canceled", "actorType": "system", "occurredAt": at.isoformat()}
        requests.append(Request(at, purchase.reference, "PATCH", "/api/v1/orders/{order}/status", body))
    return requests


def in_time(purchases: Iterable[Purchase]) -> list[Request]:
    """All requests as they happened; at one moment, in the order of the stages."""
    requests = [request for purchase in purchases for request in requests_of(purchase)]
    return sorted(requests, key=lambda request: request.at)


def _placing(purchase: Purchase) -> Request:
    body: dict[str, Any] = {
        "items": _lines(purchase),
        "currency": CURRENCY,
        "notes": purchase.reference,
        "occurredAt": purchase.placed_at.isoformat(),
    }
    if purchase.customer:
        body |= {
            "user_id": str(UUID(purchase.customer)),
            "customer": {"locale": "pt-BR", "timeZone": "America/Sao_Paulo"},
        }
    return Request(purchase.placed_at, purchase.reference, "POST", "/api/v1/orders", body)


def _lines(purchase: Purchase) -> list[dict[str, Any]]:
    """The items share what was paid in proportion to their prices, so that the lines add up to it to the cent."""
    if not purchase.items:
        return [_line(UNRECORDED_PRODUCT, UNRECORDED, purchase.total, {"odd": "no-items"})]
    stated = [price_of(item) for item in purchase.items]
    shares = share_out(purchase.total, stated)
    return [
        _line(
            product_id(item),
            item["product_id"],
            share,
            {} if share == price else {"odd": "payments-differ", "stated": str(price)},
        )
        for item, price, share in zip(purchase.items, stated, shares, strict=True)
    ]


def _line(product: UUID, title: str, price: Decimal, attributes: dict[str, str]) -> dict[str, Any]:
    amount = str(price)
    line = {"product_id": str(product), "product_title": title, "unit_price": amount, "total_price": amount}
    return {**line, "quantity": 1, "attributes": attributes or None}


def share_out(total: Decimal, weights: list[Decimal]) -> list[Decimal]:
    """Shares of a total in cents, in proportion; the cents that are left go to the first ones."""
    whole = sum(weights, Decimal(0))
    shares = [(total * weight / whole).quantize(CENT, ROUND_DOWN) if whole else Decimal(0) for weight in weights]
    left = int((total - sum(shares, Decimal(0))) / CENT)
    for index in range(left):
        shares[index % len(shares)] += CENT
    return shares


def _event(purchase: Purchase, at: datetime, stage: str, status: str, **more: Any) -> Request:
    body = {"stage": stage, "status": status, "occurredAt": at.isoformat(), **more}
    return Request(at, purchase.reference, "POST", "/api/v1/checkout/orchestrations/{order}/events", body)


def _paying(purchase: Purchase) -> Iterator[Request]:
    """A report for each part when the order is placed, and the completion when it is approved."""
    for part in purchase.payments:
        payload = {
            "method": part["payment_type"],
            "amount": part["payment_value"],
            "part": int(part["payment_sequential"]),
        }
        yield _event(purchase, purchase.placed_at, "payment", "in_progress", payload=payload)
    if purchase.approved_at:
        yield _event(purchase, purchase.approved_at, "payment", "completed")
        yield _event(purchase, purchase.approved_at, "verification", "completed")


def _settling(purchase: Purchase) -> Iterator[Request]:
    if purchase.approved_at is None or purchase.released_at is None:
        return
    if purchase.hold_reason:
        yield _event(purchase, purchase.approved_at, "loyalty_hold", "in_progress", note=purchase.hold_reason)
    yield _event(purchase, purchase.released_at, "loyalty_hold", "completed")


def _fulfilling(purchase: Purchase) -> Iterator[Request]:
    if purchase.released_at is None:
        return
    status, handed_over_at = purchase.row["order_status"], purchase.handed_over_at
    promises = {"promisedOn": purchase.row["order_estimated_delivery_date"][:10]}
    if purchase.ship_by:
        promises["shipBy"] = purchase.ship_by.isoformat()
    if handed_over_at:
        yield _event(purchase, handed_over_at, "fulfillment", "in_progress", payload=promises)
    if purchase.delivered_at:
        yield _event(purchase, purchase.delivered_at, "fulfillment", "completed")
    elif status == "unavailable":
        at = max(purchase.released_at, handed_over_at or purchase.released_at)
        yield _event(purchase, at, "fulfillment", "failed", note="unavailable")
    elif status in {"invoiced", "processing"} and not handed_over_at:
        until = {"nextActionAt": purchase.ship_by.isoformat()} if purchase.ship_by else {}
        yield _event(purchase, purchase.released_at, "fulfillment", "waiting", **until)
