"""JSON out: one encoder for every answer of the API."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import orjson
from django.http import HttpResponse

JSON: Final = "application/json"
_OPTIONS: Final = orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC


def encode(value: Any) -> bytes:
    """`value` as JSON: times in UTC with `Z`, Decimal as a JSON number, dataclasses and UUIDs as expected."""
    return orjson.dumps(value, default=_encode_other, option=_OPTIONS)


def answer(body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """A JSON response."""
    return HttpResponse(encode(body), status=status, content_type=JSON, headers=dict(headers or {}))


def _encode_other(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
