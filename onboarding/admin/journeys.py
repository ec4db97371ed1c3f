"""The command centre: every journey, what it waits for, and how likely it is to fail if nobody looks."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateTimeFilter

from checkout.console.customer_columns import CustomerColumnMixin
from checkout.console.order_search import name_of
from onboarding.at_risk import with_counts
from onboarding.console.journey_filters import (
    ExperimentFilter,
    OwnerFilter,
    ReferralFilter,
    RiskFilter,
    WaitsForFilter,
)
from onboarding.console.journey_page import build_journey_page, risk_of_row
from onboarding.console.journey_search import journey_condition
from onboarding.console.looks import RISK_KINDS, STATUS_COLOURS
from onboarding.console.reasons import say_risk
from onboarding.console.totals import read_totals
from onboarding.models import Journey
from onboarding.states import JourneyStatus, Side
from smplat import clock
from smplat.console.columns import column
from smplat.console.keyset import KeysetModelAdmin
from smplat.console.read_only import ReadOnlyMixin
from smplat.console.templatetags.console import NOTHING, ago


@admin.register(Journey)
class JourneyAdmin(CustomerColumnMixin, ReadOnlyMixin, KeysetModelAdmin):
    nothing_yet: ClassVar[str] = "A journey begins by itself when an order is paid."
    keyset_field = "started_at"
    list_display = (
        "order_number",
        "who",
        "how_it_stands",
        "progress",
        "risk",
        "waits_for",
        "turn_of",
        "owned_by",
        "touched",
    )
    list_filter = (
        ("status", admin.ChoicesFieldListFilter),
        RiskFilter,
        WaitsForFilter,
        ("turn", admin.ChoicesFieldListFilter),
        OwnerFilter,
        ReferralFilter,
        ExperimentFilter,
        ("started_at", RangeDateTimeFilter),
    )
    list_filter_submit = True
    list_select_related = ("order__customer", "owner")
    list_before_template = "onboarding/journey_list_head.html"
    search_fields = ("referral_code",)
    search_help_text = "Order number, address, referral code or id, exactly"
    fields: ClassVar = ("status",)
    change_form_template = "onboarding/journey.html"
    # The page tells the whole story itself.
    actions_detail_hide_default = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Journey]:
        journeys: QuerySet[Journey] = super().get_queryset(request)
        # Ours start as they are made; the key of the list has no place for one that never did.
        return with_counts(journeys.filter(started_at__isnull=False), now=clock.now())

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list below its totals."""
        extra = {"totals": read_totals(now=clock.now()), **(extra_context or {})}
        response: HttpResponse = super().changelist_view(request, extra)
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The story of one journey; GET only reads."""
        journey = self.get_object(request, unquote(object_id)) if self.has_view_permission(request) else None
        extra = dict(extra_context or {})
        if journey is not None:
            person: Any = request.user
            extra |= {"title": f"Onboarding of {journey.order.order_number}", "subtitle": None}
            source = request.GET.get("source", "")
            extra |= build_journey_page(journey_id=journey.pk, person=person, source=source, now=clock.now())
        response: HttpResponse = super().change_view(request, object_id, form_url, extra)
        return response

    def find_condition(self, words: str, *, may_see_customers: bool) -> Q:
        """Order number, address, referral code or id."""
        return journey_condition(words, may_see_customers=may_see_customers)

    @column("Order")
    def order_number(self, journey: Journey) -> str:
        return journey.order.order_number

    @column("Client")
    def who(self, journey: Journey) -> str:
        return name_of(journey.order.customer)

    @column("Status", label=STATUS_COLOURS)
    def how_it_stands(self, journey: Journey) -> str:
        return JourneyStatus(journey.status).label

    @column("Progress")
    def progress(self, journey: Any) -> str:
        return f"{journey.completed_tasks}\N{NO-BREAK SPACE}of\N{NO-BREAK SPACE}{journey.total_tasks}"

    @column("Risk")
    def risk(self, journey: Any) -> SafeString | str:
        found = risk_of_row(journey, now=clock.now())
        badge = format_html('<span class="console-badge is-{}">{}</span>', RISK_KINDS[found.level], found.level.label)
        return format_html("<span>{} {}</span>", badge, say_risk(found.reasons))

    @column("Waits for")
    def waits_for(self, journey: Any) -> SafeString | str:
        if journey.status == JourneyStatus.COMPLETED:
            return NOTHING
        late = [f"{journey.overdue_tasks} overdue"] if journey.overdue_tasks else []
        missing = [f"{journey.awaiting_artifacts} not handed in"] if journey.awaiting_artifacts else []
        if late or missing:
            return ", ".join([*late, *missing])
        return format_html("<span>due {}</span>", ago(journey.next_due_at)) if journey.next_due_at else NOTHING

    @column("Turn")
    def turn_of(self, journey: Journey) -> SafeString | str:
        if journey.turn == Side.NOBODY:
            return NOTHING
        return format_html("<span>{}, {}</span>", Side(journey.turn).label, ago(journey.turn_since))

    @column("Owner")
    def owned_by(self, journey: Journey) -> str:
        return journey.owner.get_username() if journey.owner else NOTHING

    @column("Last touch")
    def touched(self, journey: Journey) -> SafeString | str:
        return ago(journey.last_touch_at)
