"""JSON in: strict, bounded, and only values that PostgreSQL gives back as they came.

PostgreSQL's jsonb holds no NUL character and no lone surrogate, and a number beyond the double's exact range comes back
as another one. Such values are refused with a reason instead of being changed silently.
"""

import re
from typing import Any, ClassVar, Final

import orjson

from smplat.api.errors import Detail, ValidationFailed

# Deeper than any honest document, far from any parser's or database's own limit.
MAX_DEPTH: Final = 64
# From here on a double prints as an integer that jsonb keeps digit by digit, so another number would come back.
FLOAT_LIMIT: Final = 1e16
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"

# A run of 16 digits or an exponent: only then can a number be out of range.
_SUSPICIOUS_NUMBER: Final = re.compile(rb"\d{16}|\d[eE]")


class MalformedJson(ValidationFailed):
    """The body is not JSON."""

    code: ClassVar[str] = "json-invalid"

    def __init__(self, *, error: str, offset: int) -> None:
        super().__init__(
            [
                Detail(
                    type="json_invalid",
                    loc=("body", offset),
                    msg="JSON decode error",
                    more={"input": {}, "ctx": {"error": error}},
                )
            ]
        )


class UnstorableJson(ValidationFailed):
    """The JSON holds a value that cannot be stored as it is."""

    code: ClassVar[str] = "unstorable-json"

    def __init__(self, message: str) -> None:
        super().__init__([Detail(type=self.code.replace("-", "_"), loc=("body",), msg=message)])


class JsonTooDeep(UnstorableJson):
    """The JSON is nested too deeply."""

    code = "json-too-deep"


class NulCharacter(UnstorableJson):
    """A text holds the NUL character."""

    code = "nul-character"


class LoneSurrogate(UnstorableJson):
    """A text holds half of a surrogate pair."""

    code = "lone-surrogate"


class NumberOutOfRange(UnstorableJson):
    """A number is too large to be kept exactly."""

    code = "number-out-of-range"


def read_json(body: bytes) -> Any:
    """The value of a JSON document; of repeated keys the last wins, a byte order mark is skipped.

    Raises:
        MalformedJson: not JSON, or not UTF-8.
        UnstorableJson: a value that would not read back equal (see its subclasses).
    """
    body = body.removeprefix(BYTE_ORDER_MARK)
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _explain(error) from None
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH:
        check_depth(value)
    if b"\\u0000" in body or _SUSPICIOUS_NUMBER.search(body):
        check_storable(value)
    return value


def check_depth(value: Any) -> None:
    """Raise JsonTooDeep when containers are nested more than MAX_DEPTH levels."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [
            child
            for parent in level
            for child in (parent.values() if type(parent) is dict else parent if type(parent) is list else ())
            if type(child) is dict or type(child) is list
        ]
        if not level:
            return
    raise JsonTooDeep(f"The JSON is nested more than {MAX_DEPTH} levels deep.")


def check_storable(value: Any) -> None:
    """Raise unless every text and number in `value` comes back from jsonb as it went in."""
    pending = [value]
    while pending:
        item = pending.pop()
        kind = type(item)
        if kind is dict:
            pending.extend(item)
            pending.extend(item.values())
        elif kind is list:
            pending.extend(item)
        elif kind is str and "\0" in item:
            raise NulCharacter("Text must not hold the NUL character (\\u0000).")
        elif kind is float and abs(item) >= FLOAT_LIMIT:
            raise NumberOutOfRange(
                "A number must fit 64 bits, or be smaller than 1e16 when it is written with a fraction."
            )


def _explain(error: orjson.JSONDecodeError) -> ValidationFailed:
    reason = error.msg
    if "surrogate" in reason and "UTF-8" not in reason:
        return LoneSurrogate("Text must not hold half of a surrogate pair (\\ud800 to \\udfff).")
    if "depth limit" in reason or "recursion" in reason.lower():
        return JsonTooDeep(f"The JSON is nested more than {MAX_DEPTH} levels deep.")
    if "infinity" in reason:
        return NumberOutOfRange("A number is too large for any double.")
    return MalformedJson(error=reason, offset=error.pos)
