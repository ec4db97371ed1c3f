"""Made-up shoppers: what one session tells us about offers, decided by a given source of chance. No personal data."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import Protocol, TypeVar

from analytics.storefront.assortment import (
    HOURLY_PER_MILLE,
    MARKETS,
    OFFERS,
    PRESETS,
    SHOP_UTC_OFFSET_HOURS,
    WEEKDAY_FACTORS,
    Market,
    Offer,
)

# Impressions in a session follow a geometric law with this mean.
MEAN_IMPRESSIONS = 5.0
SECONDS_BETWEEN_IMPRESSIONS = 25.0
SECONDS_TO_CLICK = (1.0, 40.0)
SECONDS_TO_ACCEPT = (30.0, 900.0)
DISMISS_RATE = 0.006
# Some accept from an e-mail or a saved cart: an accept without a click counts.
ACCEPT_WITHOUT_CLICK_RATE = 0.0002
PRESET_SESSION_RATE = 0.06
CONFIGURATOR_SHARE = 0.4
SECONDS_TO_CLEAR = (20.0, 600.0)

Event = Mapping[str, object]


class _Weighted(Protocol):
    @property
    def weight(self) -> float: ...


_Item = TypeVar("_Item", bound=_Weighted)


@dataclass(frozen=True, slots=True)
class Told:
    """One event and the moment it happened."""

    at: datetime
    event: Event


def traffic_factor(at: datetime) -> float:
    """How busy the shop is at a moment, relative to its mean: 1.0 over a whole week."""
    local = at + timedelta(hours=SHOP_UTC_OFFSET_HOURS)
    return HOURLY_PER_MILLE[local.hour] * 24 / sum(HOURLY_PER_MILLE) * WEEKDAY_FACTORS[local.weekday()]


def mean_events_per_session() -> float:
    """For turning a rate of events into a rate of sessions; clicks and accepts are too rare to matter."""
    return MEAN_IMPRESSIONS + PRESET_SESSION_RATE


def session(chance: Random, *, at: datetime, progress: float = 1.0, reference: str) -> Iterator[Told]:
    """What one shopper does from `at` on, in no particular order.

    `progress` is how far the shop is in its history, 0 to 1: offers grow and fade with it. `reference` is the order that
    an accept belongs to.
    """
    market = _pick(chance, MARKETS)
    cart = _cart_total(chance, market)
    moment = at
    for _ in range(_geometric(chance, MEAN_IMPRESSIONS)):
        offer = _pick_offer(chance, progress)
        shown = {"offer_slug": offer.slug, "target_slug": offer.slug, "cart_total": cart, "currency": market.currency}
        yield Told(moment, {**shown, "event_type": "impression", "action": "bundle_visible"})
        yield from _response(chance, offer, shown, at=moment, progress=progress, reference=reference)
        moment += timedelta(seconds=chance.expovariate(1 / SECONDS_BETWEEN_IMPRESSIONS))
    if chance.random() < PRESET_SESSION_RATE:
        yield from _preset_events(chance, at=moment)


def _response(
    chance: Random, offer: Offer, shown: Event, *, at: datetime, progress: float, reference: str
) -> Iterator[Told]:
    """What follows an impression: mostly nothing."""
    click_rate = offer.click_rate * (1 + offer.click_growth * (progress - 0.5))
    draw = chance.random()
    if draw < click_rate:
        clicked_at = at + timedelta(seconds=chance.uniform(*SECONDS_TO_CLICK))
        yield Told(clicked_at, {**shown, "event_type": "cta_click", "action": "cta_clicked"})
        if chance.random() < offer.accept_rate:
            yield _accept(chance, shown, at=clicked_at, reference=reference)
    elif draw < click_rate + DISMISS_RATE:
        yield Told(
            at + timedelta(seconds=chance.uniform(*SECONDS_TO_CLICK)),
            {**shown, "event_type": "dismiss", "action": "closed"},
        )
    elif draw > 1 - ACCEPT_WITHOUT_CLICK_RATE:
        yield _accept(chance, shown, at=at, reference=reference)


def _accept(chance: Random, shown: Event, *, at: datetime, reference: str) -> Told:
    moment = at + timedelta(seconds=chance.uniform(*SECONDS_TO_ACCEPT))
    return Told(moment, {**shown, "event_type": "accept", "action": "added", "order_reference": reference})


def _preset_events(chance: Random, *, at: datetime) -> Iterator[Told]:
    """A preset is applied, and sometimes taken off again in the configurator."""
    preset = _pick(chance, PRESETS)
    in_configurator = chance.random() < CONFIGURATOR_SHARE
    source = "configurator" if in_configurator else "marketing-card"

    def told(moment: datetime, event_type: str, shown_in: str) -> Told:
        metadata = {"presetId": preset.id, "presetLabel": preset.label, "source": shown_in}
        event = {"offer_slug": preset.product_slug, "event_type": event_type, "action": "apply", "metadata": metadata}
        return Told(moment, event)

    yield told(at, "preset_configurator_apply" if in_configurator else "preset_cta_apply", source)
    if chance.random() < preset.clear_rate:
        cleared_at = at + timedelta(seconds=chance.uniform(*SECONDS_TO_CLEAR))
        yield told(cleared_at, "preset_configurator_clear", "configurator")


def _pick_offer(chance: Random, progress: float) -> Offer:
    return chance.choices(OFFERS, cum_weights=_offer_weights(progress))[0]


# A day has one progress, so a few entries serve thousands of impressions.
@lru_cache(maxsize=4)
def _offer_weights(progress: float) -> tuple[float, ...]:
    """Cumulative weights of the offers at this point of the history."""
    return tuple(accumulate(offer.weight * (1 + offer.weight_growth * (progress - 0.5)) for offer in OFFERS))


def _pick(chance: Random, items: Sequence[_Item]) -> _Item:
    return chance.choices(items, [item.weight for item in items])[0]


def _cart_total(chance: Random, market: Market) -> str:
    return f"{chance.lognormvariate(math.log(market.median_cart), market.deviation):.2f}"


def _geometric(chance: Random, mean: float) -> int:
    """At least 1."""
    return 1 + int(math.log(1 - chance.random()) / math.log(1 - 1 / mean))
