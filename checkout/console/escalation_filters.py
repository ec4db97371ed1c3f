"""Filters of the queue of escalations."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from checkout.models import Escalation
from smplat import clock


class SituationFilter(admin.SimpleListFilter):
    """Where an escalation is in its life; without a choice the open ones are shown, which is what the queue is for."""

    title = "situation"
    parameter_name = "situation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:  # noqa: ARG002 - Django's signature
        return [
            ("late", "Past its deadline"),
            ("untaken", "Not acknowledged"),
            ("taken", "Acknowledged"),
            ("resolved", "Resolved"),
            ("all", "All"),
        ]

    def choices(self, changelist: Any) -> Any:
        """The first choice is Django's "All": here it says what it shows."""
        first, *others = super().choices(changelist)
        return [{**first, "display": "Open"}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Escalation]) -> QuerySet[Escalation]:  # noqa: ARG002 - Django's signature
        untaken = queryset.filter(acknowledged_at__isnull=True, resolved_at__isnull=True)
        match self.value():
            case "late":
                return untaken.filter(deadline_at__lte=clock.now())
            case "untaken":
                return untaken
            case "taken":
                return queryset.filter(acknowledged_at__isnull=False, resolved_at__isnull=True)
            case "resolved":
                return queryset.filter(resolved_at__isnull=False)
            case "all":
                return queryset
            case _:
                return queryset.filter(resolved_at__isnull=True)


class OwnerFilter(admin.SimpleListFilter):
    """Whose it is."""

    title = "owner"
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:  # noqa: ARG002 - Django's signature
        return [("mine", "Mine"), ("nobody", "Nobody's")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Escalation]) -> QuerySet[Escalation]:
        if self.value() == "mine":
            return queryset.filter(owner=request.user.pk)
        return queryset.filter(owner__isnull=True) if self.value() == "nobody" else queryset
