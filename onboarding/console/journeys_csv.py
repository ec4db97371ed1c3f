"""The journey list as a file."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast

from onboarding.models import Journey
from smplat.console.list_csv import ListCsv
from smplat.exports.formats import Column, ColumnType

COUNTS = ("total_tasks", "completed_tasks", "overdue_tasks", "awaiting_artifacts")
# Only for those who may see who a customer is.
ADDRESS = {Column("customer_email", ColumnType.TEXT): "order__customer__email"}


class JourneysCsv(ListCsv):
    path = "onboarding/journeys.csv"
    name = "onboarding_journeys_csv"
    title = "Journeys as CSV"
    permission = "onboarding.view_journey"
    model = Journey
    file_name = "journeys"
    columns: ClassVar = {
        Column("order_number", ColumnType.TEXT): "order__order_number",
        Column("started_at", ColumnType.MOMENT): "started_at",
        Column("status", ColumnType.TEXT): "status",
        Column("progress_percentage", ColumnType.MONEY): "progress_percentage",
        Column("total_tasks", ColumnType.TEXT): "total_tasks_text",
        Column("completed_tasks", ColumnType.TEXT): "completed_tasks_text",
        Column("overdue_tasks", ColumnType.TEXT): "overdue_tasks_text",
        Column("awaiting_artifacts", ColumnType.TEXT): "awaiting_artifacts_text",
        Column("turn", ColumnType.TEXT): "turn",
        Column("turn_since", ColumnType.MOMENT): "turn_since",
        Column("last_touch_at", ColumnType.MOMENT): "last_touch_at",
        Column("completed_at", ColumnType.MOMENT): "completed_at",
        Column("owner", ColumnType.TEXT): "owner__username",
        Column("referral_code", ColumnType.TEXT): "referral_code",
        Column("order_id", ColumnType.TEXT): "order_id_text",
        Column("journey_id", ColumnType.TEXT): "id_text",
    }

    def get_columns(self) -> Mapping[Column, str]:
        return self.columns | (ADDRESS if self.person.has_perm("checkout.view_customer") else {})

    def get_rows(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        counts = {f"{name}_text": Cast(name, CharField()) for name in COUNTS}
        shown: QuerySet[Any] = super().get_rows(rows).annotate(order_id_text=Cast("order_id", CharField()), **counts)
        return shown
