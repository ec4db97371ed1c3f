"""Filters of the order list; each is served by an index."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from checkout.models import Order
from checkout.stalled import list_stalled
from checkout.states import Stage
from smplat import clock


class StageFilter(admin.SimpleListFilter):
    """The stage its checkout is in."""

    title = "stage"
    parameter_name = "stage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:  # noqa: ARG002 - Django's signature
        return Stage.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:  # noqa: ARG002 - Django's signature
        return queryset.filter(orchestration__current_stage=self.value()) if self.value() else queryset


class StalledFilter(admin.SimpleListFilter):
    """How long a checkout has stood still beyond the patience of its stage's policy."""

    title = "stalled for"
    parameter_name = "stalled"
    DAYS: ClassVar = {"now": 0, "1d": 1, "3d": 3, "7d": 7, "30d": 30}

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:  # noqa: ARG002 - Django's signature
        return [
            ("now", "Any time"),
            ("1d", "More than a day"),
            ("3d", "More than 3 days"),
            ("7d", "More than a week"),
            ("30d", "More than 30 days"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:  # noqa: ARG002 - Django's signature
        days = self.DAYS.get(self.value() or "")
        return queryset if days is None else list_stalled(queryset, before=clock.now() - timedelta(days=days))


class CurrencyFilter(admin.SimpleListFilter):
    """The currencies that orders can be placed in; choosing from those that occur would read the table."""

    title = "currency"
    parameter_name = "currency"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:  # noqa: ARG002 - Django's signature
        return [(code, code) for code in settings.CURRENCIES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:  # noqa: ARG002 - Django's signature
        return queryset.filter(currency=self.value()) if self.value() else queryset
