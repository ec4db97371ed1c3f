"""What sweeps have set aside, in the console."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from smplat import clock
from smplat.console.columns import column
from smplat.console.read_only import ReadOnlyAdmin
from smplat.console.templatetags.console import ago
from smplat.operations.models import SetAside
from smplat.operations.set_aside import list_set_aside


@admin.register(SetAside)
class SetAsideAdmin(ReadOnlyAdmin):
    nothing_yet: ClassVar[str] = (
        "Sweeps could decide about every row. One that an error keeps them from waits here with the reason and is tried again within the hour."
    )
    list_display = ("why", "what", "sweep", "times", "failing", "again")
    list_filter = ("sweep",)
    sortable_by = ()
    fields: ClassVar = (("what", "sweep"), "reason", ("since", "last_failed_at"), ("times", "retry_at"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[SetAside]:  # noqa: ARG002 - Django's signature
        return list_set_aside(now=clock.now())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:  # noqa: ARG002 - Django's signature
        return ("what",)

    @column("Reason")
    def why(self, row: SetAside) -> str:
        # Two lines on a phone; its page has the whole of it.
        return Truncator(row.reason).chars(70)

    @column("About")
    def what(self, row: SetAside) -> SafeString:
        return format_html('<a class="console-link" href="{}">{}</a>', row.path, row.name)

    @column("Failing since")
    def failing(self, row: SetAside) -> Any:
        return ago(row.since)

    @column("Tried again")
    def again(self, row: SetAside) -> Any:
        return ago(row.retry_at)
