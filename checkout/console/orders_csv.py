"""The order list as a file: the same filters and search, every page of it."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect

from checkout.models import Order
from smplat import clock
from smplat.console.pages import ConsolePage
from smplat.exports.formats import Column, ColumnType
from smplat.exports.streamed import CHUNK_ROWS, stream_csv

# Column of the file and where it is read.
COLUMNS = {
    Column("order_number", ColumnType.TEXT): "order_number",
    Column("placed_at", ColumnType.MOMENT): "created_at",
    Column("status", ColumnType.TEXT): "status",
    Column("stage", ColumnType.TEXT): "orchestration__current_stage",
    Column("stage_status", ColumnType.TEXT): "orchestration__stage_status",
    Column("last_moved_at", ColumnType.MOMENT): "orchestration__last_transition_at",
    Column("stalled_at", ColumnType.MOMENT): "stalled_at",
    Column("total", ColumnType.MONEY): "total",
    Column("currency", ColumnType.TEXT): "currency",
    Column("order_id", ColumnType.TEXT): "order_id_text",
}
# Only for those who may see who a customer is.
ADDRESS = {Column("customer_email", ColumnType.TEXT): "customer__email"}


class OrdersCsv(ConsolePage):
    path = "checkout/orders.csv"
    name = "checkout_orders_csv"
    title = "Orders as CSV"
    permission = "checkout.view_order"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override] # noqa: ARG002 - it streams; Django's signature
        try:
            orders = admin.site.get_model_admin(Order).get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return redirect("admin:checkout_order_changelist")
        columns = COLUMNS | (ADDRESS if self.person.has_perm("checkout.view_customer") else {})
        name = f"orders-{clock.now():%Y-%m-%d-%H%M}.csv"
        return StreamingHttpResponse(
            stream_csv(list(columns), _rows(orders, list(columns.values()))),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def _rows(orders: QuerySet[Order], fields: list[str]) -> Any:
    """One statement behind a cursor on the server: all rows come from one snapshot."""
    rows = orders.annotate(order_id_text=Cast("pk", CharField())).values_list(*fields)
    return rows.iterator(chunk_size=CHUNK_ROWS)
