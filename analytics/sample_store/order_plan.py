"""The made-up orders of the sample store's past, the same for the same seed and end. Pure."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from analytics.storefront.assortment import HOURLY_PER_MILLE, SHOP_UTC_OFFSET_HOURS, WEEKDAY_FACTORS
from analytics.storefront.purchases import MadeUpOrder, make_up_order

ORDERS_PER_DAY = 9.0
# Each passes through the real actions and sweeps, a tenth of a second of work: with more of them a demo would start late.
# The last days are played in full; before them only some are, and repeats fill the rest (analytics.sample_store.repeats).
LATELY = timedelta(days=4)
PLAYED_PER_DAY_BEFORE = 2.5
# A storefront that does not check addresses lets such ones through: their prompts die, and the console shows it.
MISTYPED_SHARE = 0.03
# Older orders than these would be history that nobody acts on any more.
LONGEST_DAYS = 14


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """An order of the past; the moment of placing tells it from all others."""

    name: str
    placed_at: datetime
    made_up: MadeUpOrder


def plan_orders(*, seed: int, days: int, until: datetime) -> list[PlannedOrder]:
    """The orders that were placed in the last days before `until`, oldest first."""
    first_day = until.date() - timedelta(days=min(days, LONGEST_DAYS))
    count = (until.date() - first_day).days + 1
    planned = (
        order
        for day in (first_day + timedelta(days=index) for index in range(count))
        for order in _orders_of(
            seed=seed, day=day, mean=ORDERS_PER_DAY if day > until.date() - LATELY else PLAYED_PER_DAY_BEFORE
        )
    )
    return sorted((order for order in planned if order.placed_at < until), key=lambda order: order.placed_at)


def _orders_of(*, seed: int, day: date, mean: float) -> Iterator[PlannedOrder]:
    chance = Random(f"{seed}:orders:{day}")  # noqa: S311 - reproducible on purpose
    midnight = datetime.combine(day, time.min, tzinfo=UTC) - timedelta(hours=SHOP_UTC_OFFSET_HOURS)
    mean *= WEEKDAY_FACTORS[day.weekday()]
    for number in range(max(1, round(chance.gauss(mean, math.sqrt(mean))))):
        (hour,) = chance.choices(range(24), HOURLY_PER_MILLE)
        placed_at = midnight + timedelta(hours=hour, seconds=chance.uniform(0, 3600))
        made_up = make_up_order(chance)
        if chance.random() < MISTYPED_SHARE:
            mistyped = replace(made_up.buyer, email=made_up.buyer.email.replace("@", "@@"))
            made_up = replace(made_up, buyer=mistyped)
        yield PlannedOrder(f"{day}:{number}", placed_at, made_up)
