"""One change to all journeys that a list's filters show: the plan first, then exactly that plan."""

from datetime import timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import TextChoices
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from onboarding.actions.change_journeys import MOST_AT_ONCE, change_journeys
from onboarding.bulk import preview_change
from onboarding.console.journey_forms import PersonForm
from onboarding.errors import TooManyJourneys
from onboarding.models import Journey, Task, TemplateTask
from onboarding.rules.bulk_changes import Change, GiveOwner, Plan, ShiftDueTimes, SkipTask
from smplat import clock
from smplat.console.pages import FormPage

# Lines of the preview; the counts are of all.
MOST_SHOWN = 100
# A year either way; further is a typing error.
MOST_HOURS = 365 * 24
ALONE = {
    "no-such-task": "has no such task",
    "task-completed": "the task is done",
    "same-owner": "has this owner already",
    "no-due-time": "has no due time",
    "would-be-overdue": "would be overdue at once",
}


class Kind(TextChoices):
    SKIP = "skip", "Skip a task"
    SHIFT = "shift", "Move due times"
    OWNER = "owner", "Give an owner"


class BulkForm(PersonForm):
    """What is to be done to each."""

    # Nothing is chosen beforehand: whoever only wants to look should not plan to skip.
    kind = forms.ChoiceField(label="What", choices=[("", "Choose"), *Kind.choices], widget=UnfoldAdminSelectWidget)
    task = forms.ChoiceField(
        label="Task",
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text="Only to skip it or to move its due time.",
    )
    hours = forms.IntegerField(
        label="Hours",
        required=False,
        min_value=-MOST_HOURS,
        max_value=MOST_HOURS,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Only to move due times: later, or with a minus sooner.",
    )
    # The plan that the person saw.
    digest = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    field_order = ("kind", "task", "hours", "person", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].label, self.fields["person"].help_text = "Owner", "Only to give an owner."

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        kind = values.get("kind")
        if kind == Kind.SKIP and not values.get("task"):
            self.add_error("task", "Which task?")
        if kind == Kind.SHIFT and not values.get("hours"):
            self.add_error("hours", "By how many hours?")
        return values

    def as_change(self) -> Change:
        """What the plan takes."""
        values = self.cleaned_data
        if values["kind"] == Kind.SKIP:
            return SkipTask(values["task"])
        if values["kind"] == Kind.SHIFT:
            return ShiftDueTimes(timedelta(hours=values["hours"]), values["task"])
        return GiveOwner(values["person"])


class BulkPage(FormPage):
    path = "onboarding/journeys/change-many/"
    name = "onboarding_change_many"
    title = "Change many journeys"
    permission = "onboarding.manage_tasks"
    parent = ("admin:onboarding_journey_changelist", "Journeys")
    template_name = "onboarding/bulk.html"
    form_class = BulkForm

    @cached_property
    def journey_ids(self) -> list[UUID]:
        """Those that the list shows under the same filters, all pages of it; one more than may be changed at once."""
        journeys = admin.site.get_model_admin(Journey)
        try:
            found = journeys.get_changelist_instance(self.request).queryset
        except IncorrectLookupParameters as wrong:
            raise Http404 from wrong
        return list(found.values_list("pk", flat=True)[: MOST_AT_ONCE + 1])

    def get_form(self, form_class: Any = None) -> forms.Form:
        form: forms.Form = super().get_form(form_class)
        ours = Task.objects.filter(journey_id__in=self.journey_ids, dropped_at__isnull=True)
        current = TemplateTask.objects.filter(template__is_current=True)
        titles = dict(current.values_list("slug", "title").union(ours.values_list("slug", "title")).order_by("slug"))
        field = form.fields["task"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "All open tasks"), *((slug, f"{title} ({slug})") for slug, title in titles.items())]
        return form

    def get_page(self) -> dict[str, Any]:
        return {
            "count": len(self.journey_ids),
            "most": MOST_AT_ONCE,
            "is_too_many": len(self.journey_ids) > MOST_AT_ONCE,
            "list_url": f"{reverse(self.parent[0])}?{self.request.GET.urlencode()}",
        }

    def act(self, form: forms.Form) -> HttpResponse:
        assert isinstance(form, BulkForm)
        if len(self.journey_ids) > MOST_AT_ONCE:
            raise TooManyJourneys
        change, now = form.as_change(), clock.now()
        if "apply" not in self.request.POST:
            plan = preview_change(journey_ids=self.journey_ids, change=change, now=now)
            return self.render_to_response(self.get_context_data(form=form, **shown(plan)))
        done = change_journeys(
            journey_ids=self.journey_ids,
            change=change,
            expected_digest=form.cleaned_data["digest"] or "no plan was seen",
            reason=form.cleaned_data["reason"],
            by=self.person.get_username(),
            now=now,
        )
        messages.success(self.request, f"Changed {done.changed:,} journey{'' if done.changed == 1 else 's'}.")
        return redirect(f"{reverse(self.parent[0])}?{self.request.GET.urlencode()}")


def shown(plan: Plan) -> dict[str, Any]:
    """The plan as the page lists it."""
    return {
        "plan": plan,
        "digest": plan.digest,
        "changing": len({step.journey_id for step in plan.steps}),
        "steps": [
            (step.order_number, step.slug or "owner", step.before, step.after) for step in plan.steps[:MOST_SHOWN]
        ],
        "alone": [(one.order_number, ALONE.get(one.reason, one.reason)) for one in plan.left_alone[:MOST_SHOWN]],
        "step_headers": ("Order", "What", "Now", "Then"),
        "alone_headers": ("Order", "Why"),
        "most_shown": MOST_SHOWN,
    }
