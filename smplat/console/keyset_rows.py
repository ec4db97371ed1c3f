"""The rows of a keyset list in Unfold's own markup, several times faster than Unfold writes them.

Unfold looks every column up again for every row, renders a template for every badge and resolves the address of every link.
Here that happens once a page, and a row is its values between tags that are known. Columns are fields and methods of the admin
class; of what Unfold lets a method declare, `label`, `boolean` and `empty_value` count here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import label_for_field, quote
from django.db.models import DateField, DateTimeField, Field, ForeignKey
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from unfold.templatetags.unfold_list import LINK_CLASSES, ROW_CLASSES
from unfold.utils import display_for_field, display_for_label, display_for_value

from smplat.console.templatetags.console import exact

# Stands for the key of a row in the address of its page; an address holds it as it is.
_KEY = "key-of-the-row"

Show = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class RowMarkup:
    """One row: its key, for the actions beside it, and its cells."""

    pk: Any
    cells: SafeString


def write_rows(changelist: Any) -> Iterator[RowMarkup]:
    """The rows of the page in their order; the first column leads to the row's own page."""
    cells = [_cell(changelist, name, is_first=not place) for place, name in enumerate(changelist.list_display)]
    for row in changelist.result_list:
        yield RowMarkup(row.pk, mark_safe("".join([cell(row) for cell in cells])))  # noqa: S308 - each cell escapes


def _cell(changelist: Any, name: str, *, is_first: bool) -> Show:
    """What writes one column: tags that are known before any row is, around the escaped value."""
    admin = changelist.model_admin
    title, method = label_for_field(name, changelist.model, admin, return_attr=True)
    field = None if method else changelist.opts.get_field(name)
    show = _method(method, admin) if field is None else _field(field, admin)
    classes = [f"field-{name}", *ROW_CLASSES, *(["nowrap"] if isinstance(field, DateField | ForeignKey) else [])]
    tags = format_html('<{} class="{}" data-label="{}">', "th" if is_first else "td", " ".join(classes), title)
    if not is_first:
        return lambda row: f"{tags}{conditional_escape(show(row))}</td>"
    tags = format_html('{}<a href="{}" class="{}">', tags, _address(changelist), " ".join(LINK_CLASSES))
    return lambda row: f"{tags.replace(_KEY, quote(str(row.pk)), 1)}{conditional_escape(show(row))}</a></th>"


def _address(changelist: Any) -> str:
    """Of the page of the row _KEY, with the way back to this list as it is filtered."""
    options = changelist.opts
    page = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[_KEY])
    return add_preserved_filters({"preserved_filters": changelist.preserved_filters, "opts": options}, page)


def _method(method: Any, admin: Any) -> Show:
    empty = getattr(method, "empty_value_display", admin.get_empty_value_display())
    colours, is_boolean = getattr(method, "label", None), getattr(method, "boolean", False)
    if colours is None:
        return lambda row: display_for_value(method(row), empty, is_boolean)
    badge = cache(lambda value: display_for_label(value, empty, colours))
    return lambda row: badge(method(row))


def _field(field: "Field[Any, Any]", admin: Any) -> Show:
    empty, name = admin.get_empty_value_display(), field.name
    if isinstance(field, DateTimeField):
        # As settings write moments everywhere, in a fifth of the time.
        return lambda row: empty if getattr(row, name) is None else exact(getattr(row, name))
    return lambda row: display_for_field(getattr(row, name), field, empty)
