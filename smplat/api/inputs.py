"""Reading input with DRF serializers: what they refuse becomes the 422 list that clients know."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final
from uuid import UUID

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from smplat.api.errors import Detail, ValidationFailed

# DRF's error codes and the `type` that the wire has for them (contract 1.3).
_TYPES: Final = {
    "required": "missing",
    "blank": "string_too_short",
    "min_length": "string_too_short",
    "max_length": "string_too_long",
    "min_value": "greater_than_equal",
    "max_value": "less_than_equal",
    "max_string_length": "string_too_long",
    "max_digits": "decimal_max_digits",
    "max_decimal_places": "decimal_max_places",
    "max_whole_digits": "decimal_whole_digits",
    "invalid_choice": "enum",
    "empty": "too_short",
    "not_a_list": "list_type",
    "not_a_dict": "dict_type",
    "null": "none_not_allowed",
    "date": "datetime_from_date_parsing",
}
# What a field that cannot read its value says about it.
_TYPES_OF_FIELDS: Final[tuple[tuple[type[serializers.Field[Any, Any, Any, Any]], str], ...]] = (
    (serializers.UUIDField, "uuid_parsing"),
    (serializers.DateTimeField, "datetime_from_date_parsing"),
    (serializers.DecimalField, "decimal_parsing"),
    (serializers.IntegerField, "int_parsing"),
    (serializers.BooleanField, "bool_parsing"),
    (serializers.CharField, "string_type"),
    (serializers.DictField, "dict_type"),
    (serializers.JSONField, "dict_type"),
    (serializers.Serializer, "dict_type"),
)


class Input(serializers.Serializer[Any]):
    """What an operation expects; unknown members are ignored.

    One instance of each reads the input of all requests: it keeps nothing of what it read.
    """


def parse_id(text: str, *, name: str) -> UUID:
    """An id in the path.

    Raises:
        ValidationFailed: it is no UUID.
    """
    try:
        return UUID(text)
    except ValueError:
        message = f"The {name.replace('_', ' ')} is not a valid UUID."
        raise ValidationFailed([Detail(type="uuid_parsing", loc=("path", name), msg=message)]) from None


def read_input(serializer_class: type[Input], value: Any, *, source: str = "body") -> dict[str, Any]:
    """The validated value.

    Args:
        serializer_class: what is expected.
        value: decoded JSON, or the query parameters as a mapping.
        source: where it came from, the first part of every `loc`: body, query or path.

    Raises:
        ValidationFailed: with one entry for each thing wrong.
    """
    serializer = _composed(serializer_class)
    try:
        return dict(serializer.run_validation(value))
    except ValidationError as invalid:
        raise ValidationFailed(list(_details(invalid.detail, (source,), serializer))) from None


@cache
def _composed(serializer_class: type[Input]) -> Input:
    """Composed once: an instance copies every field, which takes longer than to read a body with them."""
    return serializer_class()


def _details(found: Any, loc: tuple[str | int, ...], field: Any) -> Iterator[Detail]:
    if isinstance(found, ErrorDetail):
        yield Detail(type=_type(found, field), loc=loc, msg=str(found))
    elif isinstance(found, Mapping):
        for name, inner in found.items():
            yield from _details(inner, _inside(loc, name), _field_inside(field, str(name)))
    else:
        for index, inner in enumerate(found):
            # A list of error details belongs to one value; a list of mappings has one for each element of a list field.
            is_element = isinstance(inner, Mapping)
            if inner:
                yield from _details(
                    inner, (*loc, index) if is_element else loc, _element(field) if is_element else field
                )


def _inside(loc: tuple[str | int, ...], name: Any) -> tuple[str | int, ...]:
    return loc if name == "non_field_errors" else (*loc, name)


def _field_inside(field: Any, name: str) -> Any:
    if isinstance(field, serializers.Serializer):
        return field.fields.get(name, field)
    return _element(field)


def _element(field: Any) -> Any:
    return getattr(field, "child", field)


def _type(error: ErrorDetail, field: Any) -> str:
    known = _TYPES.get(error.code or "")
    if known:
        return known
    return next((name for kind, name in _TYPES_OF_FIELDS if isinstance(field, kind)), "value_error")
