"""The editor of a checklist: its head, and a row for each task."""

from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from onboarding.console.journey_forms import WhyForm
from onboarding.rules.checklists import MOST_LINES, Line
from onboarding.states import InteractionChannel, SelfCheck

# Empty rows below the tasks there are; save and edit again for more.
SPARE_ROWS = 3
MOST_DUE_HOURS = 2 * 365 * 24


class VersionForm(WhyForm):
    """The head of a version."""

    based_on = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(max_length=255, widget=UnfoldAdminTextInputWidget)
    product_category = forms.CharField(
        label="For products of",
        required=False,
        max_length=255,
        widget=UnfoldAdminTextInputWidget,
        help_text="A product category, as the first item of an order has it. Empty: every order that no other checklist is for.",
    )
    field_order: tuple[str, ...] = ("title", "product_category", "reason", "based_on")


class NewTemplateForm(VersionForm):
    """The head of a new template."""

    slug = forms.SlugField(
        label="Name",
        max_length=100,
        widget=UnfoldAdminTextInputWidget,
        help_text="Short, for example gardens: letters, digits and hyphens. The same for all its versions.",
    )
    field_order = ("slug", "title", "product_category", "reason", "based_on")


# Of a row that says anything; an empty one says nothing.
NEEDED = ("slug", "title", "preferred_channel")


class LineForm(forms.Form):
    """One task."""

    slug = forms.SlugField(
        label="Name",
        max_length=100,
        widget=UnfoldAdminTextInputWidget,
        help_text="Short and lasting, for example assets; other tasks and reports cite it.",
    )
    title = forms.CharField(
        max_length=255, widget=UnfoldAdminTextInputWidget, help_text="What the client reads above the task."
    )
    description = forms.CharField(required=False, max_length=2000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}))
    due_after_hours = forms.IntegerField(
        label="Due after (hours)",
        required=False,
        min_value=1,
        max_value=MOST_DUE_HOURS,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="After the journey began; empty: never overdue.",
    )
    preferred_channel = forms.ChoiceField(
        label="Remind by",
        choices=[(way.value, str(way.label)) for way in (InteractionChannel.EMAIL, InteractionChannel.SLACK)],
        widget=UnfoldAdminSelectWidget,
        # Also of an empty row: what a browser sends back unchanged is no change.
        initial=InteractionChannel.EMAIL.value,
    )
    required_artifacts = forms.CharField(
        label="Artifacts, one a line",
        required=False,
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="What the client hands in, for example Logo.",
    )
    depends_on = forms.SlugField(
        label="Comes after",
        required=False,
        max_length=100,
        widget=UnfoldAdminTextInputWidget,
        help_text="The name of the task that has to be done first; empty: none.",
    )
    self_check = forms.ChoiceField(
        label="Completes itself when",
        required=False,
        choices=[("", "Never: somebody ticks it"), *SelfCheck.choices],
        widget=UnfoldAdminSelectWidget,
    )
    is_left_out = forms.BooleanField(label="Leave out", required=False, widget=UnfoldBooleanSwitchWidget)

    def clean(self) -> dict[str, Any]:
        """A spare row that was filled in needs what every row needs."""
        values: dict[str, Any] = self.cleaned_data
        for name in NEEDED:
            if name not in self.errors and not values.get(name):
                self.add_error(name, str(self.fields[name].error_messages["required"]))
        return values

    def as_line(self, place: int) -> Line:
        """The row as a value; its place is its order."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "is_left_out"}
        labels = tuple(label.strip() for label in values.pop("required_artifacts").splitlines() if label.strip())
        return Line(**values, required_artifacts=labels, sort_order=place)


class LineFormSet(forms.BaseFormSet):  # type: ignore[type-arg]  # generic in the stubs only
    """The tasks in the order of their rows; empty rows say nothing."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        """A spare row asks for nothing as long as it is empty, and there is nothing to leave out."""
        super().add_fields(form, index)
        if index is None or index >= self.initial_form_count():
            del form.fields["is_left_out"]
            for name in NEEDED:
                form.fields[name].required = False

    def as_lines(self) -> list[Line]:
        """The checklist; the forms are valid."""
        rows = [form for form in self.forms if form.has_changed() or form.initial]
        kept = [form for form in rows if not form.cleaned_data.get("is_left_out")]
        return [form.as_line(place) for place, form in enumerate(kept, start=1)]


Lines = forms.formset_factory(
    LineForm, formset=LineFormSet, extra=SPARE_ROWS, max_num=MOST_LINES, validate_max=True, absolute_max=MOST_LINES
)


def initial_rows(lines: list[Line]) -> list[dict[str, Any]]:
    """A checklist as rows begin with it."""
    return [
        {
            "slug": line.slug,
            "title": line.title,
            "description": line.description,
            "due_after_hours": line.due_after_hours,
            "preferred_channel": line.preferred_channel,
            "required_artifacts": "\n".join(line.required_artifacts),
            "depends_on": line.depends_on,
            "self_check": line.self_check,
        }
        for line in lines
    ]
