"""Providers in the console: who they are, and the two buttons that stop and start them."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.admin import ModelAdmin

from guardrails.actions.pause_provider import pause_provider
from guardrails.actions.resume_provider import resume_provider
from guardrails.models import Provider
from smplat import clock
from smplat.console.actions import ReasonForm, acting
from smplat.console.columns import column
from smplat.console.history_page import HistoryMixin
from smplat.operations.models import Hold, HoldScope

_WORKS, _PAUSED = "Works", "Paused"


@admin.register(Provider)
class ProviderAdmin(HistoryMixin, ModelAdmin):
    nothing_yet: ClassVar[str] = "Add who fulfils the products, so that they can be paused."
    list_display = ("id", "name", "state", "paused_at", "pause_reason")
    list_filter = ("is_paused",)
    search_fields = ("id", "name")
    search_help_text = "Id or name"
    ordering = ("name", "id")
    actions = None
    actions_row = ("pause", "resume")
    actions_detail = ("pause", "resume")
    fields: ClassVar = ("id", "name", "state", "paused_at", "pause_reason")

    @column("State", label={_WORKS: "success", _PAUSED: "warning"})
    def state(self, provider: Provider) -> str:
        return _PAUSED if provider.is_paused else _WORKS

    @column("Why paused")
    def pause_reason(self, provider: Provider) -> str:
        if not provider.is_paused:
            return "\N{EN DASH}"
        holds = Hold.objects.filter(scope=HoldScope.PROVIDER, subject=provider.pk, released_at__isnull=True)
        return "; ".join(f"{hold.reason} ({hold.placed_by})" for hold in holds.order_by("placed_at"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:  # noqa: ARG002 - Django's signature
        """The id is what orders name: once given it stays."""
        shown = ("state", "paused_at", "pause_reason")
        return shown if obj is None else ("id", *shown)

    def save_model(self, request: HttpRequest, obj: Provider, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        if not change:
            obj.created_at = clock.now()
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        """Orders name it; pause it instead."""
        return False

    @acting(
        "Pause",
        question="Stop this provider? Nobody is prompted about its orders until it is resumed; nothing is lost meanwhile.",
        permission="guardrails.pause_provider",
        icon="pause_circle",
        is_dangerous=True,
    )
    def pause(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        by = request.user.get_username()
        pause_provider(provider_id=object_id, reason=form.cleaned_data["reason"], by=by, now=clock.now())
        messages.success(request, "The provider is paused; its orders are held.")
        return redirect("admin:guardrails_provider_changelist")

    @acting(
        "Resume",
        question="Let this provider work again? Its stalled orders are decided about by the next sweeps.",
        permission="guardrails.pause_provider",
        icon="play_circle",
    )
    def resume(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:  # noqa: ARG002 - the reason is kept by the history
        resume_provider(provider_id=object_id, by=request.user.get_username(), now=clock.now())
        messages.success(request, "The provider works again.")
        return redirect("admin:guardrails_provider_changelist")
