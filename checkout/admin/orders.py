"""Orders in the console: the list an operator works through, fast at any size."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateTimeFilter, RangeNumericFilter
from unfold.dataclasses import UnfoldAction

from checkout.console.customer_columns import CustomerColumnMixin
from checkout.console.order_actions import MoveActions
from checkout.console.order_filters import CurrencyFilter, StageFilter, StalledFilter
from checkout.console.order_forms import find_position
from checkout.console.order_page import build_order_page
from checkout.console.order_search import name_of, order_condition
from checkout.console.recovery_actions import RecoveryActions
from checkout.console.sensible_actions import find_senseless
from checkout.models import Order
from checkout.stalled import with_stalled_at
from checkout.states import OrderStatus
from smplat import clock
from smplat.console.columns import column
from smplat.console.keyset import KeysetModelAdmin
from smplat.console.read_only import ReadOnlyMixin
from smplat.console.templatetags.console import NOTHING, ago, money

STATUS_COLOURS = {
    OrderStatus.PENDING.label: "info",
    OrderStatus.PROCESSING.label: "info",
    OrderStatus.ACTIVE.label: "info",
    OrderStatus.COMPLETED.label: "success",
    OrderStatus.ON_HOLD.label: "warning",
    OrderStatus.CANCELED.label: "danger",
}


@admin.register(Order)
class OrderAdmin(MoveActions, RecoveryActions, CustomerColumnMixin, ReadOnlyMixin, KeysetModelAdmin):
    nothing_yet: ClassVar[str] = "Orders appear the moment a storefront places one; the API page shows how."
    list_display = ("order_number", "created_at", "who", "how_it_stands", "stage", "stalled", "value")
    list_filter = (
        ("status", admin.ChoicesFieldListFilter),
        StageFilter,
        StalledFilter,
        CurrencyFilter,
        ("total", RangeNumericFilter),
        ("created_at", RangeDateTimeFilter),
    )
    list_filter_submit = True
    list_select_related = ("customer", "orchestration")
    list_before_template = "checkout/order_list_tools.html"
    search_fields = ("order_number",)
    search_help_text = "Number, address or id, exactly"
    fields: ClassVar = ("order_number",)
    change_form_template = "checkout/order.html"
    # The page tells the whole story itself.
    actions_detail_hide_default = True
    actions_detail: ClassVar = (
        {
            "title": "Move",
            "icon": "moving",
            "items": ["change_status", "complete_stage", "fail_stage", "retry_stage"],
        },
        {
            "title": "Recover",
            "icon": "restart_alt",
            "items": ["prompt_now", "prompt_anyway", "snooze", "wake", "escalate", "acknowledge", "resolve"],
        },
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        orders: QuerySet[Order] = super().get_queryset(request)
        return with_stalled_at(orders)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[UnfoldAction]:
        """Without those that make no sense where the order stands."""
        allowed: list[UnfoldAction] = super().get_actions_detail(request, object_id)
        try:
            position = find_position(str(object_id))
        except Http404:
            return allowed
        senseless = find_senseless(order_id=UUID(str(object_id)), position=position)
        return [action for action in allowed if action.action_name.removeprefix("checkout_order_") not in senseless]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The story of one order. GET only reads, also for an order whose checkout was never written down."""
        order = self.get_object(request, unquote(object_id)) if self.has_view_permission(request) else None
        extra = dict(extra_context or {})
        if order is not None:
            source = request.GET.get("source", "")
            person: Any = request.user
            extra |= {"title": order.order_number, "subtitle": None}
            extra |= build_order_page(order=order, person=person, source=source, now=clock.now())
        response: HttpResponse = super().change_view(request, object_id, form_url, extra)
        return response

    def find_condition(self, words: str, *, may_see_customers: bool) -> Q:
        """Number, address or id."""
        return order_condition(words, may_see_customers=may_see_customers)

    @column("Customer")
    def who(self, order: Order) -> str:
        return name_of(order.customer)

    @column("Status", label=STATUS_COLOURS)
    def how_it_stands(self, order: Order) -> str:
        return OrderStatus(order.status).label

    @column("Stage")
    def stage(self, order: Order) -> str:
        checkout = getattr(order, "orchestration", None)
        if checkout is None:
            return NOTHING
        stage, status = checkout.get_current_stage_display(), checkout.get_stage_status_display()
        return stage if stage == status else f"{stage}: {status.lower()}"

    @column("Stalled")
    def stalled(self, order: Any) -> SafeString | str:
        since: datetime | None = order.stalled_at
        return ago(since) if since and since <= clock.now() else NOTHING

    @column("Value")
    def value(self, order: Order) -> str:
        return money({order.currency: order.total})
