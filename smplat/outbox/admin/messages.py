"""Messages in the console: what waits, what failed, what is dead, and sending it again."""

import json
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import CharField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import TabularInline

from smplat import clock
from smplat.console.actions import ReasonForm, acting
from smplat.console.columns import column
from smplat.console.keyset import KeysetModelAdmin
from smplat.console.read_only import ReadOnlyMixin
from smplat.console.templatetags.console import NOTHING, ago
from smplat.outbox.actions.resend_message import resend_message
from smplat.outbox.choices import AT_REST, Channel, Happening, State
from smplat.outbox.models import DeliveryLogEntry, Message, WebhookEndpoint

STATE_COLOURS = {
    State.PENDING.label: "info",
    State.LEASED.label: "info",
    State.DELIVERED.label: "success",
    State.SUPPRESSED.label: "warning",
    State.DEAD.label: "danger",
}
HAPPENING_COLOURS = {
    Happening.DELIVERED.label: "success",
    Happening.FAILED.label: "warning",
    Happening.LOST.label: "warning",
    Happening.SUPPRESSED.label: "warning",
    Happening.REFUSED.label: "danger",
    Happening.RESENT.label: "info",
}


class SituationFilter(admin.SimpleListFilter):
    """The states as an operator thinks of them: failing is a part of pending."""

    title = "situation"
    parameter_name = "situation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002 - Django's signature
        return [
            ("pending", "Pending"),
            ("failing", "Failing, will be retried"),
            ("dead", "Dead"),
            ("suppressed", "Suppressed"),
            ("delivered", "Delivered"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:  # noqa: ARG002 - Django's signature
        match self.value():
            case "pending":
                return queryset.filter(state__in=(State.PENDING, State.LEASED))
            case "failing":
                return queryset.filter(state__in=(State.PENDING, State.LEASED)).exclude(last_error="")
            case None:
                return queryset
            case state:
                return queryset.filter(state=state)


class DeliveryLogInline(ReadOnlyMixin, TabularInline):
    model = DeliveryLogEntry
    fields = readonly_fields = ("at", "what", "attempt", "response_status", "duration_ms", "detail", "by")
    ordering = ("id",)
    extra = 0
    hide_title = True
    can_delete = False
    verbose_name_plural = "What happened"

    @column("Happening", label=HAPPENING_COLOURS)
    def what(self, entry: DeliveryLogEntry) -> str:
        return entry.get_happening_display()


@admin.register(Message)
class MessageAdmin(ReadOnlyMixin, KeysetModelAdmin):
    nothing_yet: ClassVar[str] = (
        "Whatever leaves by email, Slack or webhook, or goes from one domain to another, is listed here."
    )
    list_display = ("topic", "channel", "to", "situation", "attempts", "due", "created_at", "error")
    list_filter = (SituationFilter, "channel")
    inlines = (DeliveryLogInline,)
    actions_row = ("resend",)
    actions_detail = ("resend",)
    fields: ClassVar = (
        ("topic", "channel"),
        ("to", "category"),
        ("situation", "suppressed_because"),
        ("due_at", "attempts"),
        ("created_at", "delivered_at"),
        ("dedupe_key", "id"),
        "last_error",
        "contents",
        "purged_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        endpoints = WebhookEndpoint.objects.annotate(key=Cast("id", CharField())).filter(key=OuterRef("recipient"))
        found: QuerySet[Message] = super().get_queryset(request)
        return found.annotate(endpoint_name=Subquery(endpoints.values("name")[:1]))

    @column("To")
    def to(self, message: Any) -> str:
        if message.channel == Channel.EVENT:
            # onboarding.handlers.follow_order → onboarding: follow order
            domain, _, handler = message.recipient.partition(".")
            return f"{domain}: {handler.rpartition('.')[2].replace('_', ' ')}" if handler else "(purged)"
        name = message.endpoint_name if message.channel == Channel.WEBHOOK else ""
        return str(name or message.recipient or "(purged)")

    @column("Payload")
    def contents(self, message: Message) -> SafeString:
        # Letters and signs as people read them, not as escapes.
        return format_html(
            '<pre class="event-text">{}</pre>', json.dumps(message.payload, ensure_ascii=False, indent=2)
        )

    @column("State", label=STATE_COLOURS)
    def situation(self, message: Message) -> str:
        return message.get_state_display()

    @column("Due")
    def due(self, message: Message) -> Any:
        return NOTHING if message.state in AT_REST else ago(message.due_at)

    @column("Last error")
    def error(self, message: Message) -> str:
        return message.last_error[:80] or message.get_suppressed_because_display()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:  # noqa: ARG002 - Django's signature
        return ("to", "situation", "contents")

    @acting(
        "Send again",
        question="Send this message again now? It keeps its id, so a receiver that has it already recognises the repeat. "
        "What the recipient switched off stays unsent.",
        permission="outbox.resend_message",
        icon="send",
    )
    def resend(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        (pk,) = Message.objects.filter(pk=object_id).values_list("pk", flat=True)[:1] or (None,)
        if pk is not None:
            reason = form.cleaned_data["reason"]
            resend_message(message_id=pk, by=request.user.get_username(), reason=reason, now=clock.now())
            messages.success(request, "The message is on its way again.")
        return redirect("admin:outbox_message_changelist")
