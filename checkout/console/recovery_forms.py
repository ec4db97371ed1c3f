"""The dialogs that bring a stalled order back."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from smplat import clock
from smplat.console.actions import REASON_MAX_LENGTH, DialogForm, ReasonForm

MORNING = time(9)
# What the browser's own field for a moment reads and writes.
LOCAL_MOMENT = "%Y-%m-%dT%H:%M"


class SnoozeForm(ReasonForm):
    """Until when, on the operator's own clock; tomorrow morning unless they say otherwise."""

    until = forms.DateTimeField(widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}))
    field_order = ("until", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].initial = tomorrow_morning(timezone.localtime(clock.now())).strftime(LOCAL_MOMENT)
        self.fields["until"].help_text = f"In your time zone, {timezone.get_current_timezone_name()}; at most 90 days."


class EscalateForm(DialogForm):
    """What the person who takes it should know."""

    note = forms.CharField(
        max_length=REASON_MAX_LENGTH,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="What the person who takes it should know.",
    )


class ResolveForm(DialogForm):
    """What came of it."""

    resolution = forms.CharField(
        max_length=REASON_MAX_LENGTH,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="What came of it; kept with the escalation and the order's timeline.",
    )


def tomorrow_morning(local: datetime) -> datetime:
    """Nine o'clock of the next day."""
    return datetime.combine(local.date() + timedelta(days=1), MORNING)
