"""Mistakes that storefronts really make, for the quarantine of the sample store and the simulator."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from random import Random

import msgspec

Event = Mapping[str, object]


def mistaken(chance: Random, event: Event) -> bytes:
    """The event with one believable mistake in it, as the bytes that arrive."""
    return chance.choice(MISTAKES)(event)


def _without_type(event: Event) -> bytes:
    """A renamed property in the shop's tracking code."""
    return _encode({("eventType" if name == "event_type" else name): value for name, value in event.items()})


def _decimal_comma(event: Event) -> bytes:
    """An amount formatted for people."""
    return _encode({**event, "cart_total": "1.049,90"})


def _negative_cart(event: Event) -> bytes:
    """A voucher larger than the cart."""
    return _encode({**event, "cart_total": -12.5, "currency": "EUR"})


def _currency_sign(event: Event) -> bytes:
    """The sign instead of the code."""
    return _encode({**event, "cart_total": "49.90", "currency": "€"})


def _slug_of_a_page(event: Event) -> bytes:
    """A whole URL with its tracking parameters where the slug belongs."""
    return _encode({**event, "offer_slug": "https://shop.example/offers/" + "utm_campaign=autumn&" * 14})


def _cut_off(event: Event) -> bytes:
    """A connection that broke in mid-event."""
    return _encode(event)[:-17]


def _metadata_as_text(event: Event) -> bytes:
    """JSON inside a JSON string."""
    return _encode({**event, "metadata": '{"presetId": "desk-tall"}'})


def _clock_ahead(event: Event) -> bytes:
    """A phone whose clock is a day ahead."""
    return _encode({**event, "occurred_at": event["occurred_at"] + timedelta(days=1)})  # type: ignore[operator]


MISTAKES: tuple[Callable[[Event], bytes], ...] = (
    _without_type,
    _decimal_comma,
    _negative_cart,
    _currency_sign,
    _slug_of_a_page,
    _cut_off,
    _metadata_as_text,
    _clock_ahead,
)


def _encode(event: Event) -> bytes:
    return msgspec.json.encode(event)
