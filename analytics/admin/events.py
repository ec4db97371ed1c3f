"""The list of offer events: newest first, by key, however many there are."""

import json
from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateTimeFilter, TextFilter

from analytics.models import IngestReceipt, OfferEvent, OfferEventKey
from analytics.vocabulary import EventType
from smplat.api.models import ApiClient
from smplat.console.columns import column
from smplat.console.keyset import KeysetModelAdmin
from smplat.console.read_only import ReadOnlyMixin


class OfferFilter(TextFilter):
    """One offer, by its exact slug: served by an index."""

    title = "offer slug"
    parameter_name = "offer"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:  # noqa: ARG002 - Django's signature
        return queryset.filter(offer_slug=self.value()) if self.value() else queryset


class TypeFilter(admin.SimpleListFilter):
    """The known types; choosing from those that occur would read the table."""

    title = "event type"
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:  # noqa: ARG002 - Django's signature
        return [(kind.value, str(kind.label)) for kind in EventType]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:  # noqa: ARG002 - Django's signature
        return queryset.filter(event_type=self.value()) if self.value() else queryset


@admin.register(OfferEvent)
class OfferEventAdmin(ReadOnlyMixin, KeysetModelAdmin):
    nothing_yet: ClassVar[str] = "Events appear the moment a storefront sends one; the API page shows how."
    list_display = ("created_at", "occurred_at", "event_type", "offer_slug", "target_slug", "cart", "order_reference")
    list_filter = (TypeFilter, OfferFilter, ("created_at", RangeDateTimeFilter))
    list_filter_submit = True
    fields: ClassVar = (
        ("event_type", "offer_slug"),
        ("action", "target_slug"),
        ("cart", "order_reference"),
        ("created_at", "occurred_at"),
        "attached",
        ("client", "event_id"),
        ("id", "receipt"),
        "receipt_request_id",
    )
    search_fields = ("order_reference",)
    search_help_text = "Order reference, event id or id, exactly"

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        queryset: QuerySet[OfferEvent],
        search_term: str,
    ) -> tuple[QuerySet[OfferEvent], bool]:
        """Exact, each way served by an index."""
        wanted = search_term.strip().replace("\0", "")
        if not wanted:
            return queryset, False
        if identity := _read_uuid(wanted):
            stored = OfferEventKey.objects.filter(event_id=identity).values_list("id", flat=True).first()
            return queryset.filter(Q(pk=stored or identity) | Q(order_reference=wanted)), False
        return queryset.filter(order_reference=wanted), False

    @column("Cart")
    def cart(self, event: OfferEvent) -> str:
        if event.cart_total is None:
            return "\N{EN DASH}"
        return f"{event.cart_total:,.2f} {event.currency or ''}".strip()

    @column("Metadata")
    def attached(self, event: OfferEvent) -> str:
        return json.dumps(event.metadata, indent=2, ensure_ascii=False, sort_keys=True)

    @column("API client")
    def client(self, event: OfferEvent) -> str:
        if event.client_id is None:
            return "the key of the environment"
        name = ApiClient.objects.filter(pk=event.client_id).values_list("name", flat=True).first()
        return name or f"client {event.client_id}"

    @column("Receipt")
    def receipt(self, event: OfferEvent) -> SafeString | str:
        if event.receipt_id is None:
            return "sent alone"
        address = reverse("admin:analytics_ingestreceipt_change", args=[event.receipt_id])
        return format_html('<a class="console-link" href="{}">{}</a>', address, event.receipt_id)

    @column("Request id")
    def receipt_request_id(self, event: OfferEvent) -> str:
        receipt = IngestReceipt.objects.filter(pk=event.receipt_id).first() if event.receipt_id else None
        return receipt.request_id if receipt and receipt.request_id else "\N{EN DASH}"


def _read_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
