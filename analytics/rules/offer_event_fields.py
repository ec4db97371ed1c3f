"""The fields of an offer event one by one: what is stored of a value, or why it cannot be.

The kinds and sentences of refusals are those that clients of the contract know.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

import orjson

CENT: Final = Decimal("0.01")
# numeric(12, 2): ten digits before the point.
CART_TOTAL_LIMIT: Final = Decimal("1e10")
CURRENCY_MAX_LENGTH: Final = 16
# Generous for labels and ids, far below what would make an event a document.
METADATA_MAX_BYTES: Final = 16 * 1024
METADATA_MAX_DEPTH: Final = 16
# Text fields and their bounds in characters.
TEXT_BOUNDS: Final[Mapping[str, tuple[int, int]]] = {
    "offer_slug": (1, 255),
    "event_type": (1, 64),
    "target_slug": (1, 255),
    "action": (1, 64),
    "currency": (3, CURRENCY_MAX_LENGTH),
    "order_reference": (0, 255),
}


class Unacceptable(Exception):
    """A value that cannot be stored."""

    def __init__(self, kind: str, message: str, context: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.context = context


def read_name(value: str) -> str:
    """A slug or type as sent. Blank ones name nothing: the predecessor kept them, nobody could find them again."""
    if value.isspace():
        raise Unacceptable(
            "string_too_short", "String should have at least 1 character besides spaces", {"min_length": 1}
        )
    return value


def read_cart_total(value: Decimal) -> Decimal:
    """Rounded to cents, half to even, so that sums over many carts do not drift."""
    if not value.is_finite():
        raise Unacceptable("finite_number", "Input should be a finite number")
    if value < 0:
        raise Unacceptable("greater_than_equal", "Input should be greater than or equal to 0", {"ge": 0})
    cents = value.quantize(CENT, ROUND_HALF_EVEN) if value < CART_TOTAL_LIMIT else value
    if cents >= CART_TOTAL_LIMIT:
        raise Unacceptable(
            "decimal_whole_digits",
            "Decimal input should have no more than 10 digits before the decimal point",
            {"whole_digits": 10},
        )
    return cents


def read_currency(value: str) -> str | None:
    """Trimmed and in capitals; None when nothing is left."""
    code = value.strip().upper()
    # A few letters become two as capitals.
    if len(code) > CURRENCY_MAX_LENGTH:
        raise _too_long(CURRENCY_MAX_LENGTH)
    return code or None


def read_metadata(value: dict[str, Any]) -> str:
    """Compact JSON text, within bounds of size and depth."""
    text = orjson.dumps(value)
    if len(text) > METADATA_MAX_BYTES:
        raise Unacceptable(
            "object_too_large",
            f"Object should have at most {METADATA_MAX_BYTES} bytes as compact JSON",
            {"max_bytes": METADATA_MAX_BYTES},
        )
    if text.count(b"{") + text.count(b"[") > METADATA_MAX_DEPTH and _depth(value) > METADATA_MAX_DEPTH:
        raise Unacceptable(
            "object_too_deep",
            f"Object should be nested at most {METADATA_MAX_DEPTH} levels",
            {"max_depth": METADATA_MAX_DEPTH},
        )
    return text.decode()


def read_moment(value: datetime, *, oldest: datetime, latest: datetime) -> datetime:
    """In UTC; without an offset it is taken as UTC."""
    moment = value if value.tzinfo else value.replace(tzinfo=UTC)
    if moment > latest:
        raise Unacceptable(
            "datetime_too_late",
            "Input should be at most 5 minutes ahead of the server's clock",
            {"le": _as_on_the_wire(latest)},
        )
    if moment < oldest:
        raise Unacceptable(
            "datetime_too_old", "Input should not be older than events are kept", {"ge": _as_on_the_wire(oldest)}
        )
    return moment.astimezone(UTC)


def _as_on_the_wire(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def explain(name: str, value: Any) -> Unacceptable:
    """Why the compiled pass refused a value."""
    if name in TEXT_BOUNDS:
        return _explain_text(value, *TEXT_BOUNDS[name])
    return _EXPLANATIONS[name](value)


def _explain_text(value: Any, shortest: int, longest: int) -> Unacceptable:
    if not isinstance(value, str):
        return Unacceptable("string_type", "Input should be a valid string")
    if len(value) < shortest:
        plural = "" if shortest == 1 else "s"
        return Unacceptable(
            "string_too_short", f"String should have at least {shortest} character{plural}", {"min_length": shortest}
        )
    return _too_long(longest)


def _too_long(longest: int) -> Unacceptable:
    return Unacceptable("string_too_long", f"String should have at most {longest} characters", {"max_length": longest})


def _explain_decimal(value: Any) -> Unacceptable:
    if isinstance(value, str):
        return Unacceptable("decimal_parsing", "Input should be a valid decimal")
    return Unacceptable("decimal_type", "Decimal input should be a number or a numeric string")


def _explain_object(_value: Any) -> Unacceptable:
    return Unacceptable("dict_type", "Input should be a valid object")


def _explain_uuid(value: Any) -> Unacceptable:
    if isinstance(value, str):
        return Unacceptable("uuid_parsing", "Input should be a valid UUID")
    return Unacceptable("uuid_type", "UUID input should be a string")


def _explain_moment(value: Any) -> Unacceptable:
    if isinstance(value, str):
        return Unacceptable("datetime_parsing", "Input should be a date and time as in RFC 3339")
    return Unacceptable("datetime_type", "Input should be a valid datetime")


_EXPLANATIONS: Final[Mapping[str, Callable[[Any], Unacceptable]]] = {
    "cart_total": _explain_decimal,
    "metadata": _explain_object,
    "event_id": _explain_uuid,
    "occurred_at": _explain_moment,
}


def _depth(value: Any) -> int:
    """Levels of containers, without recursion."""
    depth, level = 0, [value]
    while level:
        depth += 1
        inner = [item for container in level for item in (container.values() if type(container) is dict else container)]
        level = [item for item in inner if type(item) in (dict, list)]
    return depth
