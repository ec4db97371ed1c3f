"""The body of a preference change: what it may hold, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from smplat.api.errors import Detail, ValidationFailed
from smplat.outbox.actions.change_preferences import Unchanged
from smplat.outbox.choices import Category

LAST_SELECTED = "last_selected_order_id"


@dataclass(frozen=True)
class PreferenceInput:
    """A valid change."""

    wants: Mapping[Category, bool]
    last_selected_order_id: UUID | Unchanged | None


def parse_recipient_id(text: str) -> UUID:
    """The id in the path.

    Raises:
        ValidationFailed: it is not a UUID.
    """
    try:
        return UUID(text)
    except ValueError:
        raise ValidationFailed([_not_a_uuid(("path", "user_id"))]) from None


def parse_preferences(body: Any) -> PreferenceInput:
    """Any subset of the flags; null leaves a flag as it is, and clears the order; members of other names are ignored.

    Raises:
        ValidationFailed: names every member that is wrong.
    """
    if not isinstance(body, dict):
        raise ValidationFailed([Detail(type="dict_type", loc=("body",), msg="Input should be an object")])
    wants = {category: body[category.value] for category in Category if body.get(category.value) is not None}
    problems = [_not_a_boolean(category) for category, value in wants.items() if not isinstance(value, bool)]
    order_id = _parse_order_id(body, problems)
    if problems:
        raise ValidationFailed(problems)
    return PreferenceInput(wants, order_id)


def _parse_order_id(body: Mapping[str, Any], problems: list[Detail]) -> UUID | Unchanged | None:
    value = body.get(LAST_SELECTED, Unchanged.UNCHANGED)
    if value is None or value is Unchanged.UNCHANGED:
        return value
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        problems.append(_not_a_uuid(("body", LAST_SELECTED)))
        return None


def _not_a_boolean(category: Category) -> Detail:
    return Detail(type="bool_type", loc=("body", category.value), msg="Input should be a valid boolean")


def _not_a_uuid(loc: tuple[str, ...]) -> Detail:
    return Detail(type="uuid_parsing", loc=loc, msg="Input should be a valid UUID")
