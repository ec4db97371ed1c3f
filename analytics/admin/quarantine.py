"""The quarantine in the console: what was refused, byte for byte, and the two ways out of it."""

from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from unfold.contrib.filters.admin import RangeDateTimeFilter

from analytics.actions.discard_quarantined_event import discard_quarantined_event
from analytics.admin.exact_filter import exact_filter
from analytics.models import QuarantinedEvent, QuarantineState
from smplat import clock
from smplat.console.actions import ReasonForm, acting, reading
from smplat.console.columns import column
from smplat.console.keyset import KeysetModelAdmin
from smplat.console.read_only import ReadOnlyMixin

_COLOURS = {
    QuarantineState.PENDING.label: "warning",
    QuarantineState.REPLAYED.label: "success",
    QuarantineState.DISCARDED.label: "info",
}


class AgeFilter(admin.SimpleListFilter):
    """How long an event has been there."""

    title = "age"
    parameter_name = "age"
    HOURS: ClassVar = {"1h": 1, "1d": 24, "7d": 168}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002 - Django's signature
        return [("1h", "More than an hour"), ("1d", "More than a day"), ("7d", "More than a week")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002 - Django's signature
        hours = self.HOURS.get(self.value() or "")
        return queryset.filter(created_at__lt=clock.now() - timedelta(hours=hours)) if hours else queryset


@admin.register(QuarantinedEvent)
class QuarantinedEventAdmin(ReadOnlyMixin, KeysetModelAdmin):
    nothing_yet: ClassVar[str] = (
        "Every event that arrived could be kept. One that cannot waits here, byte for byte, with what is wrong with it."
    )
    list_display = ("created_at", "code", "field", "message", "how_it_stands", "resolved_by")
    list_filter = ("state", exact_filter("code", "Code"), AgeFilter, ("created_at", RangeDateTimeFilter))
    list_filter_submit = True
    fields: ClassVar = (
        ("code", "field"),
        "message",
        "what_was_sent",
        ("created_at", "form"),
        ("receipt_id", "index"),
        ("how_it_stands", "reason"),
        ("resolved_by", "resolved_at"),
        ("corrected", "resulting_event_id"),
    )
    actions_list = ("discard_many",)
    actions_row = ("correct", "discard")
    actions_detail = ("correct", "discard")

    @column("State", label=_COLOURS)
    def how_it_stands(self, event: QuarantinedEvent) -> str:
        return QuarantineState(event.state).label

    @column("Exactly what was sent")
    def what_was_sent(self, event: QuarantinedEvent) -> str:
        return bytes(event.original).decode("utf-8", errors="backslashreplace")

    @reading("Discard many", permission="analytics.change_quarantinedevent", icon="delete_sweep")
    def discard_many(self, request: HttpRequest) -> HttpResponse:  # noqa: ARG002 - Unfold's signature
        return redirect("admin:analytics_discard_events")

    @reading("Correct and replay", permission="analytics.change_quarantinedevent", icon="replay")
    def correct(self, request: HttpRequest, object_id: str) -> HttpResponse:  # noqa: ARG002 - Unfold's signature
        event = get_object_or_404(QuarantinedEvent, pk=object_id)
        return redirect("admin:analytics_replay_quarantined_event", event_id=event.pk)

    @acting(
        "Discard",
        question="Give this event up? Its bytes stay until retention removes them, but it will never be counted.",
        permission="analytics.change_quarantinedevent",
        icon="delete",
        is_dangerous=True,
    )
    def discard(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        discard_quarantined_event(
            quarantined_event_id=UUID(object_id),
            reason=form.cleaned_data["reason"],
            by=request.user.get_username(),
            now=clock.now(),
        )
        messages.success(request, "The event is discarded.")
        return redirect("admin:analytics_quarantinedevent_changelist")
