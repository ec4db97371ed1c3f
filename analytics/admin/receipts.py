"""Receipts of the ingest in the console."""

from typing import ClassVar

from django.contrib import admin
from unfold.contrib.filters.admin import RangeDateTimeFilter

from analytics.admin.exact_filter import exact_filter
from analytics.console.receipts import SUMS
from analytics.models import IngestReceipt
from smplat.console.keyset import KeysetModelAdmin
from smplat.console.read_only import ReadOnlyMixin


@admin.register(IngestReceipt)
class IngestReceiptAdmin(ReadOnlyMixin, KeysetModelAdmin):
    nothing_yet: ClassVar[str] = "A receipt is written for each batch of events that arrives."
    keyset_field = "created_at"
    list_display = ("created_at", "kind", *SUMS, "code", "request_id")
    list_filter = ("kind", exact_filter("code", "Code"), ("created_at", RangeDateTimeFilter))
    list_filter_submit = True
