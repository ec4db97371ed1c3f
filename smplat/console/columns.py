"""Columns of console lists: Unfold's `display`, with types."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from unfold.decorators import display

Method = TypeVar("Method", bound=Callable[..., Any])


def column(
    title: str,
    *,
    boolean: bool | None = None,
    ordering: str | None = None,
    label: Mapping[str, str] | None = None,
) -> Callable[[Method], Method]:
    """A computed column. `label` maps its values to colours of a badge: success, info, warning, danger."""
    decorate = display(description=title, boolean=boolean, ordering=ordering, label=dict(label) if label else None)
    return cast("Callable[[Method], Method]", decorate)
