"""The made-up shop behind the sample store and the simulator: its offers, presets and markets, and how people take them up.

Rates follow what was measured on public data (clicks and carts of two public shops): clicks per impression 0.3 to 0.8 %, cart values log-normal with a
deviation of 0.8 to 1.0, traffic that peaks at ten in the evening and nearly sleeps at four in the morning.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Offer:
    """One upsell bundle and how shoppers respond to it."""

    slug: str
    product_slug: str
    weight: float  # how often it is shown, relative to the others
    click_rate: float  # clicks per impression
    accept_rate: float  # accepts per click
    weight_growth: float = 0.0  # change of `weight` over the whole history, as a factor: 0.5 is half as much again
    click_growth: float = 0.0  # the same for `click_rate`


@dataclass(frozen=True, slots=True)
class Preset:
    """A configurator preset and how often it is taken off again."""

    id: str
    label: str
    product_slug: str
    weight: float
    clear_rate: float  # clears per apply; 0.4 and more is what the console calls risky


@dataclass(frozen=True, slots=True)
class Market:
    """Where shoppers pay, and what their carts are worth."""

    currency: str
    weight: float
    median_cart: float
    deviation: float  # of the logarithm of cart values


OFFERS = (
    Offer("espresso-starter-set", "espresso-machine", 5.0, 0.0058, 0.42),
    Offer("home-office-upgrade", "standing-desk", 4.0, 0.0049, 0.36, weight_growth=0.6),
    Offer("trail-running-kit", "trail-shoes", 3.5, 0.0070, 0.31, click_growth=0.25),
    Offer("winter-bike-service", "city-bike", 2.5, 0.0041, 0.55, weight_growth=1.4),
    Offer("garden-weekend-set", "raised-bed", 3.0, 0.0052, 0.38, weight_growth=-0.7),
    Offer("smart-lighting-pack", "light-hub", 3.0, 0.0064, 0.28, click_growth=-0.35),
    Offer("photo-book-annual", "photo-print", 2.0, 0.0045, 0.47),
    Offer("new-parent-bundle", "baby-monitor", 1.5, 0.0061, 0.51),
)

PRESETS = (
    Preset("desk-everyday", "Everyday desk", "standing-desk", 4.0, 0.11),
    Preset("desk-tall", "Tall person", "standing-desk", 2.0, 0.16),
    Preset("bike-commute", "Commuter", "city-bike", 3.0, 0.08),
    Preset("light-party", "Party mode", "light-hub", 2.0, 0.53),
    Preset("light-reading", "Reading corner", "light-hub", 2.5, 0.13),
)

MARKETS = (
    Market("EUR", 0.55, 64.0, 0.80),
    Market("USD", 0.30, 88.0, 0.95),
    Market("BRL", 0.15, 105.0, 0.80),
)

# Share of a day's sessions by hour of the shop's own time, per mille (measured on a week of a fashion shop).
HOURLY_PER_MILLE = (70, 30, 17, 10, 7, 11, 19, 27, 33, 35, 38, 38, 49, 42, 40, 40, 40, 44, 47, 54, 68, 80, 84, 78)
# Monday to Sunday, relative to the mean day.
WEEKDAY_FACTORS = (0.93, 0.91, 0.93, 0.96, 1.00, 1.12, 1.15)
# The shop's clock, hours ahead of UTC; fixed, so that a history is the same wherever it is made.
SHOP_UTC_OFFSET_HOURS = 1
