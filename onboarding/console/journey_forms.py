"""What the forms of a journey ask."""

from datetime import datetime
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from onboarding.models import Task
from onboarding.states import InteractionChannel
from smplat.console.actions import REASON_MAX_LENGTH
from smplat.console.models import User

NOBODY = ("", "Nobody of ours")


class MomentWidget(UnfoldAdminTextInputWidget):
    """Date and time as the browser asks for them, on the person's own clock."""

    input_type = "datetime-local"

    def format_value(self, value: Any) -> str | None:
        return f"{value:%Y-%m-%dT%H:%M}" if isinstance(value, datetime) else super().format_value(value)


class WhyForm(forms.Form):
    """Nothing but why."""

    field_order: tuple[str, ...] = ("reason",)
    reason = forms.CharField(
        max_length=REASON_MAX_LENGTH,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="Kept in the log, beside your name.",
    )


class DueForm(WhyForm):
    """A due time."""

    due_at = forms.DateTimeField(
        label="Due",
        required=False,
        widget=MomentWidget,
        help_text="On your own clock. Empty: it is never due.",
    )
    field_order: tuple[str, ...] = ("due_at", "reason")


class PersonForm(WhyForm):
    """One of ours, or nobody."""

    person = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, widget=UnfoldAdminSelectWidget)
    field_order: tuple[str, ...] = ("person", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colleagues = User.objects.filter(is_staff=True, is_active=True).order_by("username")
        names = [(pk, username) for pk, username in colleagues.values_list("pk", "username")]
        self.fields["person"].choices = [NOBODY, *names]  # type: ignore[attr-defined]  # a choice field


class NewTaskForm(DueForm):
    """A task that no template has."""

    title = forms.CharField(max_length=255, widget=UnfoldAdminTextInputWidget, help_text="As the client reads it.")
    description = forms.CharField(required=False, max_length=2000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))
    preferred_channel = forms.ChoiceField(
        label="Remind by",
        choices=[(way.value, str(way.label)) for way in (InteractionChannel.EMAIL, InteractionChannel.SLACK)],
        widget=UnfoldAdminSelectWidget,
    )
    field_order = ("title", "description", "due_at", "preferred_channel", "reason")


class RequestForm(WhyForm):
    """Something the client should hand in."""

    label = forms.CharField(
        label="What", max_length=255, widget=UnfoldAdminTextInputWidget, help_text="As the client reads it."
    )
    task = forms.TypedChoiceField(label="For", required=False, empty_value=None, widget=UnfoldAdminSelectWidget)
    required = forms.BooleanField(
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget,
        help_text="What is required is awaited: it counts in lists and on the first page.",
    )
    field_order = ("label", "task", "required", "reason")

    def offer(self, tasks: list[Task]) -> None:
        """Let the person choose one of these tasks, or none."""
        choices = [(str(task.pk), task.title) for task in tasks]
        self.fields["task"].choices = [("", "The whole journey"), *choices]  # type: ignore[attr-defined]  # a choice field
