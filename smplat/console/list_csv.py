"""A console list as a file: the same filters and search, every page of it, from one snapshot.

class OrdersCsv(ListCsv):
path, name, title, permission = "checkout/orders.csv", "checkout_orders_csv", "Orders as CSV", "checkout.view_order"
model = Order
file_name = "orders"
columns = {Column("order_number", ColumnType.TEXT): "order_number", …}
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import CharField, Model, QuerySet
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect

from smplat import clock
from smplat.console.pages import ConsolePage
from smplat.exports.chunks import CHUNK_ROWS
from smplat.exports.formats import Column
from smplat.exports.streamed import stream_csv


class ListCsv(ConsolePage):
    """The file behind "Download as CSV"."""

    model: ClassVar[type[Model]]
    file_name: ClassVar[str]
    # Column of the file and where it is read; `id_text` is the row's id.
    columns: ClassVar[Mapping[Column, str]]

    def get_columns(self) -> Mapping[Column, str]:
        """What this person may see."""
        return self.columns

    def get_rows(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The list's rows, with what the columns need beside them."""
        shown: QuerySet[Any] = rows.annotate(id_text=Cast("pk", CharField()))
        return shown

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override] # noqa: ARG002 - it streams; Django's signature
        options = self.model._meta  # noqa: SLF001 - Django's documented API
        try:
            found = admin.site.get_model_admin(self.model).get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return redirect(f"admin:{options.app_label}_{options.model_name}_changelist")
        columns = self.get_columns()
        # One statement behind a cursor on the server.
        rows = self.get_rows(found).values_list(*columns.values()).iterator(chunk_size=CHUNK_ROWS)
        name = f"{self.file_name}-{clock.now():%Y-%m-%d-%H%M}.csv"
        return StreamingHttpResponse(
            stream_csv(list(columns), rows),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
