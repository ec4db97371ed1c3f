"""The dialogs of an order: what they ask, and where the order stood when they were opened."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from checkout.errors import OrderNotFound
from checkout.models import Order
from checkout.queries import get_checkout, get_order
from checkout.rules.position import Position
from checkout.rules.status_changes import ALLOWED
from checkout.states import OrderStatus, Stage, StageStatus
from smplat.console.actions import ReasonForm

NOTE_MAX_LENGTH = 200


class MoveForm(ReasonForm):
    """Asks why, and remembers where the order stood, so that of two operators at once the second is told."""

    form_before_template = "checkout/dialog_position.html"

    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.position = find_position(str(self.object_id))
        self.fields["seen"].initial = _write_position(self.position)

    def clean_seen(self) -> Position:
        """The position the dialog was opened on."""
        try:
            status, stage, stage_status = self.cleaned_data["seen"].split("/")
            return Position(OrderStatus(status), Stage(stage), StageStatus(stage_status))
        except ValueError as wrong:
            raise forms.ValidationError("Close this and open it again.") from wrong

    def get_before_template_context(self, request: HttpRequest, object_id: Any = None) -> dict[str, Any]:
        return {**super().get_before_template_context(request, object_id), "position": self.position}


class StatusForm(MoveForm):
    """The statuses that may follow the present one."""

    status = forms.ChoiceField(label="New status", widget=UnfoldAdminSelectWidget, choices=OrderStatus.choices)
    field_order = ("status", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            allowed = [(status.value, status.label) for status in OrderStatus if status in ALLOWED[self._status]]
            self.fields["status"].choices = allowed or [("", "No status may follow")]
        self.fields["reason"].label = "Note"

    @property
    def _status(self) -> OrderStatus:
        return self.position.order_status


class StageForm(MoveForm):
    """A step of the present stage, by hand."""

    note = forms.CharField(
        label="Note for the customer",
        required=False,
        max_length=NOTE_MAX_LENGTH,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="The storefront shows it beside the stage. May be empty.",
    )


def find_position(object_id: str) -> Position:
    """Where an order stands; raises Http404 for an address that names none."""
    try:
        order: Order = get_order(UUID(object_id))
    except (ValueError, OrderNotFound) as unknown:
        raise Http404 from unknown
    checkout = get_checkout(order.pk)
    return Position(OrderStatus(order.status), Stage(checkout.stage), StageStatus(checkout.status))


def _write_position(position: Position) -> str:
    return f"{position.order_status}/{position.stage}/{position.stage_status}"
