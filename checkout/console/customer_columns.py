"""Lists that name customers: shown to, and searched by, those who act for them."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin


class CustomerColumnMixin(ModelAdmin):
    """Put before the admin class: hides the column `who`, and the search by address, from those who may not see customers."""

    def find_condition(self, words: str, *, may_see_customers: bool) -> Q:
        """Which rows the words name, exactly; each way must be served by an index."""
        raise NotImplementedError

    def get_list_display(self, request: HttpRequest) -> list[str]:
        """Without the customer for those who do not act for them."""
        columns: list[str] = list(super().get_list_display(request))
        return columns if _may(request) else [name for name in columns if name != "who"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Exact; nothing to search for leaves the list as it is."""
        if not search_term.strip():
            return queryset, False
        return queryset.filter(self.find_condition(search_term, may_see_customers=_may(request))), False


def _may(request: HttpRequest) -> bool:
    return request.user.has_perm("checkout.view_customer")
