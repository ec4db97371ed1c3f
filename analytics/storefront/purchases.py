"""Made-up orders: who buys what, and how it goes on. Decided by a given source of chance.

Waits follow what was measured on public orders of a marketplace: half of the payments are approved within twenty minutes and nine in ten
within a day and a half, hand-over takes two days and transport a week, each with a long tail.
"""

import math
import unicodedata
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from analytics.storefront.goods import COUNTRIES, GOODS, Buyer, Good

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# The longest a payment took.
LONGEST_PAYMENT = 404 * HOUR
METHODS = (("credit_card", 0.74), ("bank_transfer", 0.20), ("voucher", 0.06))
TWO_PIECES_SHARE = 0.12
NOTE_SHARE = 0.08
NOTES = (
    "Please ring twice.",
    "A present: no prices on the slip, please.",
    "The code for the gate is in the account.",
    "Afternoons only.",
)
# Buyers who leave no address can only be called.
NO_ADDRESS_SHARE = 0.05
CARD_FAILS_SHARE = 0.06
IS_CHECKED_SHARE = 0.25
IS_HELD_SHARE = 0.2
# Where an order stands still until somebody does something about it.
STUCK_SHARES = (("payment", 0.2), ("verification", 0.05), ("fulfillment", 0.03))
PROVIDER_FAILS_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Report:
    """What a stage reports, and how long after the one before."""

    after: timedelta
    stage: str
    status: str
    note: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    # While waiting: when to look again, from then on.
    looks_again_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class MadeUpOrder:
    """One order and all that would happen to it; without help nothing happens from `stuck_before` on."""

    good: Good
    quantity: int
    buyer: Buyer
    notes: str
    reports: tuple[Report, ...]
    stuck_before: int | None

    @property
    def total(self) -> Decimal:
        """What it costs."""
        return self.good.price * self.quantity


def make_up_order(chance: Random) -> MadeUpOrder:
    """The next buyer comes and orders."""
    good = chance.choices(GOODS, [good.weight for good in GOODS])[0]
    quantity = 2 if chance.random() < TWO_PIECES_SHARE else 1
    reports = tuple(_reports(chance, total=good.price * quantity))
    return MadeUpOrder(
        good=good,
        quantity=quantity,
        buyer=_buyer(chance, currency=good.currency),
        notes=chance.choice(NOTES) if chance.random() < NOTE_SHARE else "",
        reports=reports,
        stuck_before=_stuck_before(chance, reports),
    )


def _buyer(chance: Random, *, currency: str) -> Buyer:
    country = chance.choice([country for country in COUNTRIES if country.currency == currency])
    first, last = chance.choice(country.first_names), chance.choice(country.last_names)
    address = f"{_plain(first)}.{_plain(last)}{chance.randint(1, 40)}@mail.example"
    has_address = chance.random() >= NO_ADDRESS_SHARE
    return Buyer(f"{first} {last}", address if has_address else "", country.locale, chance.choice(country.zones))


def _reports(chance: Random, *, total: Decimal) -> list[Report]:
    method = chance.choices([name for name, _ in METHODS], [share for _, share in METHODS])[0]
    part = {"method": method, "amount": str(total), "part": 1}
    reports = [Report(chance.uniform(5, 90) * MINUTE / 60, "payment", "in_progress", payload=part)]
    if method == "bank_transfer":
        reports.append(
            Report(MINUTE, "payment", "waiting", "transfer announced", looks_again_after=chance.uniform(1, 3) * DAY)
        )
    elif chance.random() < CARD_FAILS_SHARE:
        reports.append(Report(MINUTE / 2, "payment", "failed", "card declined"))
        reports.append(Report(chance.uniform(3, 400) * MINUTE, "payment", "in_progress", "another card"))
    paid_after = min(_log_normal(chance, median=20 * MINUTE, deviation=2.6), LONGEST_PAYMENT)
    reports.append(Report(paid_after, "payment", "completed"))
    if chance.random() < IS_CHECKED_SHARE:
        reports.append(Report(MINUTE, "verification", "in_progress", "address is checked"))
        reports.append(Report(_log_normal(chance, median=3 * HOUR, deviation=1.0), "verification", "completed"))
    else:
        reports.append(Report(MINUTE / 20, "verification", "completed"))
    if chance.random() < IS_HELD_SHARE:
        reports.append(Report(MINUTE / 20, "loyalty_hold", "in_progress", "points are settled"))
        reports.append(Report(_log_normal(chance, median=8 * HOUR, deviation=0.8), "loyalty_hold", "completed"))
    else:
        reports.append(Report(MINUTE / 20, "loyalty_hold", "completed"))
    reports.append(
        Report(_log_normal(chance, median=1.9 * DAY, deviation=0.8), "fulfillment", "in_progress", "handed over")
    )
    if chance.random() < PROVIDER_FAILS_SHARE:
        reports.append(
            Report(_log_normal(chance, median=2 * DAY, deviation=0.5), "fulfillment", "failed", "out of stock")
        )
    else:
        reports.append(
            Report(_log_normal(chance, median=7 * DAY, deviation=0.6), "fulfillment", "completed", "delivered")
        )
    return reports


def _stuck_before(chance: Random, reports: tuple[Report, ...]) -> int | None:
    """The report that does not come by itself: the completion of the stage where the order stands still."""
    draw = chance.random()
    for stage, share in STUCK_SHARES:
        if draw < share:
            completions = (i for i, said in enumerate(reports) if (said.stage, said.status) == (stage, "completed"))
            return next(completions, None)
        draw -= share
    return None


def _log_normal(chance: Random, *, median: timedelta, deviation: float) -> timedelta:
    return median * math.exp(chance.gauss(0, deviation))


def _plain(name: str) -> str:
    """A name as it stands in an address."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
