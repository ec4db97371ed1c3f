"""The camelCase form of an event, as the storefront's web tier and the beacon send it (contract 2.2).

What the web tier dropped without a word is dropped here too: its clients rely on it. What it handed on is checked like any event.
"""

import math
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar, Final

from analytics.rules.offer_event import AcceptanceWindow, OfferEventFacts, read_event
from analytics.rules.offer_event_fields import CENT
from smplat.api.errors import Detail, ValidationFailed


class IncompleteWebEvent(ValidationFailed):
    """offerSlug and eventType are required"""

    code: ClassVar[str] = "offer-slug-and-event-type-required"
    status: ClassVar[int] = 400

    def __init__(self) -> None:
        super().__init__([Detail(type="missing", loc=("body", "offerSlug"), msg=str(type(self).__doc__))])


def read_web_event(value: Any, window: AcceptanceWindow) -> OfferEventFacts:
    """The facts of a camelCase event.

    Raises:
        IncompleteWebEvent: offerSlug or eventType is missing or blank.
        ValidationFailed: another value is not acceptable; the details name the members as they were sent.
    """
    if not isinstance(value, dict) or not all(_trimmed(value.get(name)) for name in ("offerSlug", "eventType")):
        raise IncompleteWebEvent
    translated = {
        column: kept
        for member, (column, keep) in _MEMBERS.items()
        if member in value and (kept := keep(value[member])) is not None
    }
    try:
        return read_event(translated, window=window)
    except ValidationFailed as failure:
        raise ValidationFailed([_as_sent(detail) for detail in failure.details]) from None


def _trimmed(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _capitals(value: Any) -> str | None:
    text = _trimmed(value)
    return text and text.upper()


def _two_decimals(value: Any) -> str | None:
    """A finite number as JavaScript's toFixed(2) writes it; anything else, numeric strings too, counts as absent."""
    if type(value) not in (int, float) or not math.isfinite(value):
        return None
    exact = Decimal(value)
    # Beyond what the column holds the rounding does not matter: the check that follows refuses it.
    return str(exact.quantize(CENT, ROUND_HALF_UP) if abs(exact) < Decimal("1e20") else exact)


def _object(value: Any) -> Any:
    """Arrays pass here and fail the check, as they always did."""
    return value if isinstance(value, dict | list) else None


def _unchanged(value: Any) -> Any:
    return value


_MEMBERS: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "offerSlug": ("offer_slug", _trimmed),
    "eventType": ("event_type", _trimmed),
    "targetSlug": ("target_slug", _trimmed),
    "action": ("action", _trimmed),
    "cartTotal": ("cart_total", _two_decimals),
    "currency": ("currency", _capitals),
    "orderReference": ("order_reference", _trimmed),
    "metadata": ("metadata", _object),
    "eventId": ("event_id", _unchanged),
    "occurredAt": ("occurred_at", _unchanged),
}
_SENT_NAMES: Final = {column: member for member, (column, _) in _MEMBERS.items()}


def _as_sent(detail: Detail) -> Detail:
    place = tuple(_SENT_NAMES.get(step, step) if isinstance(step, str) else step for step in detail.loc)
    return Detail(type=detail.type, loc=place, msg=detail.msg, more=detail.more)
