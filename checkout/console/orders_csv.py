"""The order list as a file."""

from collections.abc import Mapping
from typing import ClassVar

from checkout.models import Order
from smplat.console.list_csv import ListCsv
from smplat.exports.formats import Column, ColumnType

# Only for those who may see who a customer is.
ADDRESS = {Column("customer_email", ColumnType.TEXT): "customer__email"}


class OrdersCsv(ListCsv):
    path = "checkout/orders.csv"
    name = "checkout_orders_csv"
    title = "Orders as CSV"
    permission = "checkout.view_order"
    model = Order
    file_name = "orders"
    columns: ClassVar = {
        Column("order_number", ColumnType.TEXT): "order_number",
        Column("placed_at", ColumnType.MOMENT): "created_at",
        Column("status", ColumnType.TEXT): "status",
        Column("stage", ColumnType.TEXT): "orchestration__current_stage",
        Column("stage_status", ColumnType.TEXT): "orchestration__stage_status",
        Column("last_moved_at", ColumnType.MOMENT): "orchestration__last_transition_at",
        Column("stalled_at", ColumnType.MOMENT): "stalled_at",
        Column("total", ColumnType.MONEY): "total",
        Column("currency", ColumnType.TEXT): "currency",
        Column("order_id", ColumnType.TEXT): "id_text",
    }

    def get_columns(self) -> Mapping[Column, str]:
        return self.columns | (ADDRESS if self.person.has_perm("checkout.view_customer") else {})
