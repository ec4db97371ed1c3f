"""Tables that the console shows and does not change."""

from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from smplat.console.history_page import HistoryMixin


class ReadOnlyMixin:
    """No adding, changing or deleting; put it before the ModelAdmin. What acts on such rows is an action."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 - Django's signature
        return False


class ReadOnlyAdmin(ReadOnlyMixin, HistoryMixin, ModelAdmin):
    """A list and a page of facts."""

    actions = None
