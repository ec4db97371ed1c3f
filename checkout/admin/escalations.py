"""The queue of escalations: checkouts that a person has to look at, the most urgent first."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.dataclasses import UnfoldAction

from checkout.actions.resolve_escalation import resolve_escalation
from checkout.console.escalation_filters import OwnerFilter, SituationFilter
from checkout.console.recovery_actions import HANDLES, acknowledge
from checkout.console.recovery_forms import ResolveForm
from checkout.models import Escalation
from smplat import clock
from smplat.console.actions import DialogForm, acting
from smplat.console.columns import column
from smplat.console.read_only import ReadOnlyAdmin
from smplat.console.templatetags.console import NOTHING, ago, money

LATE, WAITS, TAKEN, RESOLVED = "Past its deadline", "To acknowledge", "Acknowledged", "Resolved"


@admin.register(Escalation)
class EscalationAdmin(ReadOnlyAdmin):
    # The first column is the link to the escalation: on a phone Unfold names no other first column.
    list_display = (
        "reason",
        "the_order",
        "how_it_stands",
        "deadline",
        "whose",
        "stage",
        "value",
        "called",
        "opened",
    )
    list_filter = (SituationFilter, OwnerFilter, "stage", "reason")
    list_filter_submit = True
    list_select_related = ("order", "owner")
    list_per_page = 50
    # Open ones first, of those what nobody has taken, and of those what is due first.
    ordering = (
        F("resolved_at").desc(nulls_first=True),
        F("acknowledged_at").asc(nulls_first=True),
        "deadline_at",
        "id",
    )
    sortable_by = ()
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions_row = ("acknowledge", "resolve")
    actions_detail = ("acknowledge", "resolve")
    fields: ClassVar = (
        ("the_order", "how_it_stands"),
        ("stage", "reason"),
        "note",
        ("opened_at", "deadline_at"),
        ("times_called", "value"),
        ("whose", "acknowledged_at"),
        ("resolved_at", "resolution"),
    )

    nothing_yet: ClassVar[str] = (
        "No checkout needs a person. One comes here when all its prompts were sent or its customer cannot be reached."
    )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[UnfoldAction]:
        """Without what makes no sense any more; what refuses is the action itself."""
        allowed: list[UnfoldAction] = super().get_actions_detail(request, object_id)
        escalation = self.get_object(request, str(object_id))
        senseless: set[str] = set()
        if escalation is not None and escalation.acknowledged_at:
            senseless = {"acknowledge"}
        if escalation is not None and escalation.resolved_at:
            senseless = {"acknowledge", "resolve"}
        return [
            action for action in allowed if action.action_name.removeprefix("checkout_escalation_") not in senseless
        ]

    @column("Order")
    def the_order(self, escalation: Escalation) -> SafeString:
        address = reverse("admin:checkout_order_change", args=[escalation.order_id])
        return format_html('<a class="console-link" href="{}">{}</a>', address, escalation.order.order_number)

    @column("State", label={LATE: "danger", WAITS: "warning", TAKEN: "info", RESOLVED: "success"})
    def how_it_stands(self, escalation: Escalation) -> str:
        if escalation.resolved_at:
            return RESOLVED
        if escalation.acknowledged_at:
            return TAKEN
        return LATE if escalation.deadline_at <= clock.now() else WAITS

    @column("Deadline")
    def deadline(self, escalation: Escalation) -> Any:
        is_open = escalation.acknowledged_at is None and escalation.resolved_at is None
        return ago(escalation.deadline_at) if is_open else NOTHING

    @column("Owner")
    def whose(self, escalation: Escalation) -> str:
        return escalation.owner.get_username() if escalation.owner else "nobody"

    @column("Value")
    def value(self, escalation: Escalation) -> str:
        return money({escalation.order.currency: escalation.order.total})

    @column("Called")
    def called(self, escalation: Escalation) -> str:
        return f"{escalation.times_called}×"

    @column("Opened")
    def opened(self, escalation: Escalation) -> Any:
        return ago(escalation.opened_at)

    @acting(
        "Acknowledge",
        question="Take this escalation? It is yours from then on, and nobody is called again.",
        permission=HANDLES,
        form=DialogForm,
        icon="front_hand",
    )
    def acknowledge(self, request: HttpRequest, form: DialogForm, object_id: str) -> HttpResponse:  # noqa: ARG002 - the dialog only asks
        acknowledge(request, UUID(object_id))
        messages.success(request, "The escalation is yours.")
        return redirect(f"{reverse('admin:checkout_escalation_changelist')}?whose=mine")

    @acting(
        "Resolve",
        question="End this escalation? The order itself stays where it is.",
        permission=HANDLES,
        form=ResolveForm,
        icon="task_alt",
    )
    def resolve(self, request: HttpRequest, form: ResolveForm, object_id: str) -> HttpResponse:
        resolve_escalation(escalation_id=UUID(object_id), resolution=form.cleaned_data["resolution"], now=clock.now())
        messages.success(request, "The escalation is resolved.")
        return redirect("admin:checkout_escalation_changelist")
