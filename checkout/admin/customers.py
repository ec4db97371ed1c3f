"""Customers in the console: found by address, with the way to their orders."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateTimeFilter

from checkout.console.order_search import customer_condition, name_of
from checkout.models import Customer
from smplat.console.columns import column
from smplat.console.keyset import KeysetModelAdmin
from smplat.console.read_only import ReadOnlyMixin


@admin.register(Customer)
class CustomerAdmin(ReadOnlyMixin, KeysetModelAdmin):
    nothing_yet: ClassVar[str] = "A customer is known once an order names one."
    list_display = ("who", "name", "locale", "time_zone", "created_at")
    list_filter = (("created_at", RangeDateTimeFilter),)
    list_filter_submit = True
    search_fields = ("email",)
    search_help_text = "Address or id, exactly"
    fields: ClassVar = (("who", "name"), ("locale", "time_zone"), ("created_at", "erased_at"), ("id", "their_orders"))

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        queryset: QuerySet[Customer],
        search_term: str,
    ) -> tuple[QuerySet[Customer], bool]:
        """Exact, served by an index."""
        return (queryset.filter(customer_condition(search_term)) if search_term.strip() else queryset), False

    @column("Customer")
    def who(self, customer: Customer) -> str:
        return name_of(customer)

    @column("Orders")
    def their_orders(self, customer: Customer) -> SafeString:
        address = f"{reverse('admin:checkout_order_changelist')}?customer__id__exact={customer.pk}"
        count = customer.orders.count()
        return format_html(
            '<a class="console-link" href="{}">{} order{}</a>', address, count, "" if count == 1 else "s"
        )
