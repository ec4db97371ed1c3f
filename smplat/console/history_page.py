"""The History button of a row: what the database's own triggers kept, where the model is tracked (smplat.history)."""

from typing import Any

from django.contrib.admin.utils import unquote
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from smplat.console.changes import MOST_CHANGES, event_model_of, list_changes


class HistoryMixin:
    """Put it before the ModelAdmin. Models that are not tracked keep Django's log of the forms."""

    model: type[Model]

    @property
    def object_history_template(self) -> str | None:
        return "console/history.html" if event_model_of(self.model) else None

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        events, extra = event_model_of(self.model), dict(extra_context or {})
        if events is not None and self.get_object(request, unquote(object_id)) is not None:  # type: ignore[attr-defined]  # ModelAdmin's
            extra |= {"changes": list_changes(events, pk=unquote(object_id)), "most_changes": MOST_CHANGES}
        # ModelAdmin decides who may see it.
        response: HttpResponse = super().history_view(request, object_id, extra)  # type: ignore[misc]
        return response
