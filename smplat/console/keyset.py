"""A changelist over a table of any size: pages by key, no COUNT(*).

    @admin.register(OfferEvent)
    class OfferEventAdmin(KeysetModelAdmin):
        keyset_field = "created_at"        # indexed together with the primary key, both descending or both ascending
        list_display = ("created_at", "offer_slug", "event_type")
        list_filter = ("event_type", ("created_at", RangeDateTimeFilter))

Newest first. A page is found by the (time, id) of the row before it, so rows that arrive meanwhile shift nothing, and page
10,000 costs what page 1 costs. Filters should be served by an index; one that is not ends after QUERY_SECONDS with a
sentence that asks for a narrower one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import OperationalError, connection, transaction
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from psycopg.errors import QueryCanceled
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from smplat.console.counting import estimate_rows

OLDER, NEWER = "older", "newer"
# An operator waits this long for a filter that no index serves, then is asked to narrow it.
QUERY_SECONDS = 5


@dataclass(frozen=True)
class Cursor:
    """Where a page starts: beside the row with this time and id."""

    at: datetime
    pk: str

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.pk}"

    @classmethod
    def parse(cls, text: str, model: type[Model]) -> "Cursor":
        """Raises IncorrectLookupParameters, which makes the admin show the first page."""
        moment, _, pk = text.partition("~")
        try:
            at = parse_datetime(moment)
            model._meta.pk.to_python(pk)  # noqa: SLF001 - Django's documented API
        except (ValueError, ValidationError) as wrong:
            raise IncorrectLookupParameters from wrong
        if at is None or at.tzinfo is None or not pk:
            raise IncorrectLookupParameters
        return cls(at=at, pk=pk)


class KeysetPaginator(Paginator):  # type: ignore[type-arg]  # generic in the stubs only
    """Holds the template that Unfold draws below the list; pages are cut by the changelist."""

    template_name = "console/keyset_pagination.html"


class KeysetChangeList(ChangeList):
    """One page of rows beside a cursor."""

    older_url = newer_url = size = ""
    was_too_broad = False

    def get_queryset(self, request: HttpRequest, exclude_parameters: Sequence[str] | None = None) -> QuerySet[Model]:
        # Cursors are not filters, and a filter link starts at the newest row again.
        self.cursors = {name: request.GET[name] for name in (OLDER, NEWER) if request.GET.get(name)}
        for name in (OLDER, NEWER):
            self.params.pop(name, None)
            self.filter_params.pop(name, None)
        queryset: QuerySet[Model] = super().get_queryset(request, exclude_parameters)
        return queryset

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Model]) -> list[str]:  # noqa: ARG002 - Django's signature
        return [f"-{self.model_admin.keyset_field}", "-pk"]

    def get_ordering_field_columns(self) -> dict[int, str]:
        return {}

    def get_results(self, request: HttpRequest) -> None:
        going_newer = NEWER in self.cursors
        rows = self._rows(going_newer=going_newer)
        has_further, rows = len(rows) > self.list_per_page, rows[: self.list_per_page]
        if going_newer:
            rows.reverse()
        self.older_url = self._link(OLDER, rows[-1]) if rows and (going_newer or has_further) else ""
        self.newer_url = (
            self._link(NEWER, rows[0]) if rows and (OLDER in self.cursors or (going_newer and has_further)) else ""
        )
        # Both counts equal: Unfold's header has nothing to say about totals.
        self.result_list, self.result_count, self.full_result_count = rows, len(rows), len(rows)
        self.show_full_result_count = self.can_show_all = self.multi_page = False
        self.size = self._size()
        self.paginator = self.model_admin.get_paginator(request, self.result_list, self.list_per_page)

    def _size(self) -> str:
        """What is known about how many there are, without counting."""
        shown, is_all = self.result_count, not (self.older_url or self.newer_url)
        if self.was_too_broad:
            return "This took too long: choose a shorter time range or another filter."
        if self.query or self.get_filters_params():
            return f"{shown:,} found" if is_all else f"{shown:,} on this page"
        if is_all:
            return f"{shown:,} in all"
        estimate = estimate_rows(self.model)
        return f"about {estimate:,} in all" if estimate > shown else f"more than {shown:,}"

    def _rows(self, *, going_newer: bool) -> list[Model]:
        """Up to one row more than a page, in reading order; nothing when the filter is too broad."""
        queryset = self.queryset
        if name := next(iter(self.cursors), None):
            queryset = self._beside(queryset, Cursor.parse(self.cursors[name], self.model), newer=going_newer)
        if going_newer:
            queryset = queryset.reverse()
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = '{QUERY_SECONDS}s'")
                return list(queryset[: self.list_per_page + 1])
        except OperationalError as failed:
            if not isinstance(failed.__cause__, QueryCanceled):
                raise
            self.was_too_broad = True
            return []

    def _beside(self, queryset: QuerySet[Model], cursor: Cursor, *, newer: bool) -> QuerySet[Model]:
        """Rows strictly after the cursor in either direction; the first condition is the one the index serves."""
        field, side = self.model_admin.keyset_field, "gt" if newer else "lt"
        strictly = Q(**{f"{field}__{side}": cursor.at}) | Q(**{f"pk__{side}": cursor.pk})
        return queryset.filter(Q(**{f"{field}__{side}e": cursor.at}) & strictly)

    def _link(self, direction: str, row: Model) -> str:
        at = getattr(row, self.model_admin.keyset_field)
        link: str = self.get_query_string({direction: str(Cursor(at=at, pk=str(row.pk)))})
        return link


class KeysetModelAdmin(ModelAdmin):
    """Base of every admin over a table that grows without end."""

    keyset_field: ClassVar[str] = "created_at"
    change_list_template = "console/keyset_list.html"
    paginator = KeysetPaginator
    list_per_page = 50
    show_full_result_count = False
    # Facets count each choice over the whole table.
    show_facets = admin.ShowFacets.NEVER
    # Sorting by another column would read the whole table.
    sortable_by: ClassVar[tuple[str, ...]] = ()
    actions = None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:  # noqa: ARG002 - Django's signature
        return KeysetChangeList
