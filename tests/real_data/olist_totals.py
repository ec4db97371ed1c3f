"""What the orders of the marketplace add up to, computed from its files alone.

Nothing here is shared with the adapter that makes requests of the same files, nor with the platform: own reading, own clock
arithmetic, own reading of the rules that docs/replay.md states.
"""

import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median

# Summer time of São Paulo, where one hour is two behind UTC instead of three: from the first local time that only summer
# time has, to the last one it has.
SUMMERS = (("2016-10-16 01:00", "2017-02-19 00:00"), ("2017-10-15 01:00", "2018-02-18 00:00"))
END_STATES = {
    "delivered": ("completed", "completed", "completed"),
    "shipped": ("active", "fulfillment", "in_progress"),
    "invoiced": ("active", "fulfillment", "waiting"),
    "processing": ("active", "fulfillment", "waiting"),
    "unavailable": ("active", "fulfillment", "failed"),
}


@dataclass(frozen=True)
class Totals:
    """What both sides compute."""

    end_states: dict[tuple[str, str, str], int]
    ordered_by_month: dict[str, Decimal]
    paid_by_month_and_method: dict[tuple[str, str], Decimal]
    deliveries: int
    late_deliveries: int
    late_hand_overs: dict[str, int]
    held: int
    median_seconds: dict[str, float]
    # By month in UTC and whose turn it is.
    journeys: dict[tuple[str, str], int]


def read(folder, name):
    with gzip.open(folder / f"{name}.csv.gz", "rt", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def utc(text):
    local = datetime.fromisoformat(text)
    is_summer = any(datetime.fromisoformat(a) <= local < datetime.fromisoformat(b) for a, b in SUMMERS)
    return local + timedelta(hours=2 if is_summer else 3)


def times_of(order):
    """Purchase, approval, hand-over and delivery in UTC, with the stated treatment of what is missing or out of order."""
    approved, carrier, customer = (
        utc(order[name]) if order[name] else None
        for name in ("order_approved_at", "order_delivered_carrier_date", "order_delivered_customer_date")
    )
    placed = utc(order["order_purchase_timestamp"])
    delivered = None
    if order["order_status"] == "delivered":
        delivered = customer or carrier or approved or placed
    if delivered and (carrier is None or carrier > delivered):
        carrier = delivered
    return placed, approved or carrier, carrier, delivered


def end_state(order, approved, carrier):
    if order["order_status"] != "canceled":
        return END_STATES[order["order_status"]]
    if approved is None:
        return ("canceled", "payment", "in_progress")
    return ("canceled", "fulfillment", "in_progress" if carrier else "not_started")


def compute(folder, chosen: Collection[str]) -> Totals:
    """The totals of the chosen orders. Which customers come back is decided by all of them."""
    items, parts = defaultdict(list), defaultdict(list)
    for row in read(folder, "order_items"):
        items[row["order_id"]].append(row)
    for row in read(folder, "order_payments"):
        parts[row["order_id"]].append(row)
    people = {row["customer_id"]: row["customer_unique_id"] for row in read(folder, "customers")}
    states, late_by_seller, journeys = Counter(), Counter(), Counter()
    ordered, paid = defaultdict(Decimal), defaultdict(Decimal)
    waits = {"payment": [], "hand-over": [], "transit": []}
    deliveries = late = held = 0
    first_order = {}
    orders = sorted(read(folder, "orders"), key=lambda row: (row["order_purchase_timestamp"], row["order_id"]))
    for order in orders:
        key, person = order["order_id"], people.get(order["customer_id"])
        returns = person is not None and first_order.setdefault(person, key) != key
        if key not in chosen:
            continue
        placed, approved, carrier, delivered = times_of(order)
        states[end_state(order, approved, carrier)] += 1
        month = order["order_purchase_timestamp"][:7]
        for part in parts[key]:
            paid[month, part["payment_type"]] += Decimal(part["payment_value"])
        basis = [Decimal(part["payment_value"]) for part in parts[key]]
        if not parts[key]:
            basis = [Decimal(item["price"]) + Decimal(item["freight_value"]) for item in items[key]]
        ordered[month] += sum(basis, Decimal(0))
        if approved:
            waits["payment"].append((approved - placed).total_seconds())
            held += returns or any(part["payment_type"] == "voucher" for part in parts[key])
            journeys[f"{approved:%Y-%m}", "nobody" if order["order_status"] == "canceled" else "client"] += 1
        if approved and carrier:
            waits["hand-over"].append((carrier - approved).total_seconds())
            limit = min((utc(item["shipping_limit_date"]) for item in items[key]), default=None)
            if limit and carrier > limit:
                late_by_seller.update({item["seller_id"] for item in items[key]})
        if delivered:
            deliveries += 1
            day = (order["order_delivered_customer_date"] or order["order_delivered_carrier_date"])[:10]
            late += day > order["order_estimated_delivery_date"][:10]
            waits["transit"].append((delivered - carrier).total_seconds())
    return Totals(
        end_states=dict(states),
        ordered_by_month=dict(ordered),
        paid_by_month_and_method=dict(paid),
        deliveries=deliveries,
        late_deliveries=late,
        late_hand_overs=dict(late_by_seller),
        held=held,
        median_seconds={name: float(median(values)) for name, values in waits.items()},
        journeys=dict(journeys),
    )
