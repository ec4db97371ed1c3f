"""A filter one types into: equal, not contained, so that an index serves it on a table of any size."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import TextFilter


def exact_filter(field: str, title: str) -> type[TextFilter]:
    """The filter of one text column."""

    def queryset(self: Any, _request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        wanted = (self.value() or "").replace("\0", "")
        return rows.filter(**{field: wanted}) if wanted else rows

    facts = {"title": title, "parameter_name": field, "queryset": queryset}
    return type(f"Exact{field.title().replace('_', '')}Filter", (TextFilter,), facts)
