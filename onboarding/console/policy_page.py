"""The editor of the nudge policy."""

from dataclasses import fields
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from onboarding.actions.update_nudge_policy import BOUNDS, PolicySettings, update_nudge_policy
from onboarding.console.journey_forms import WhyForm
from onboarding.policies import get_policy_row
from smplat import clock
from smplat.console.pages import FormPage

EDITS = "onboarding.change_nudgepolicy"


def _whole_number(name: str, label: str, help_text: str) -> forms.IntegerField:
    least, most = BOUNDS[name]
    return forms.IntegerField(
        label=label, help_text=help_text, min_value=least, max_value=most, widget=UnfoldAdminIntegerFieldWidget
    )


def _time_of_day(label: str, help_text: str) -> forms.TimeField:
    return forms.TimeField(label=label, help_text=help_text, widget=UnfoldAdminTextInputWidget(attrs={"type": "time"}))


class NudgePolicyForm(WhyForm):
    """Every setting in the units of its column."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    is_active = forms.BooleanField(
        label="Reminders are sent by themselves", required=False, widget=UnfoldBooleanSwitchWidget
    )
    idle_after_hours = _whole_number("idle_after_hours", "Remind after (hours)", "Nobody touched the task for so long.")
    dedupe_hours = _whole_number(
        "dedupe_hours", "Same task again (hours)", "Not named again for the same reason any sooner."
    )
    max_per_task = _whole_number("max_per_task", "Reminders a task at most", "Then we fall silent about it.")
    cap = _whole_number(
        "cap", "Messages a client at most", "All journeys and recovery prompts together, in the hours below."
    )
    cap_window_hours = _whole_number(
        "cap_window_hours", "Counted over (hours)", "Messages older than that do not count."
    )
    quiet_from = _time_of_day("Quiet from", "On the client's clock.")
    quiet_until = _time_of_day("Quiet until", "The same time twice: no quiet hours.")
    stall_after_hours = _whole_number("stall_after_hours", "Stalled after (hours)", "Nothing moved for so long.")
    field_order: tuple[str, ...] = (*(field.name for field in fields(PolicySettings)), "reason")


class NudgePolicyPage(FormPage):
    path = "onboarding/nudge-policy/"
    name = "onboarding_nudge_policy"
    title = "Reminder policy"
    permission = EDITS
    form_class = NudgePolicyForm
    lead = "Open journeys are scheduled anew by it at once. Decisions cite its version."
    submit_label = "Save as the next version"

    def get_title(self) -> str:
        return f"{self.title}, version {get_policy_row().version}"

    def get_page(self) -> dict[str, Any]:
        return {"history_url": reverse("admin:onboarding_nudgepolicy_history", args=[get_policy_row().pk])}

    def get_initial(self) -> dict[str, Any]:
        row = get_policy_row()
        settings = {field.name: getattr(row, field.name) for field in fields(PolicySettings)}
        times = {name: f"{settings[name]:%H:%M}" for name in ("quiet_from", "quiet_until")}
        return {**settings, **times, "version": row.version}

    def act(self, form: forms.Form) -> HttpResponse:
        values = {field.name: form.cleaned_data[field.name] for field in fields(PolicySettings)}
        updated = update_nudge_policy(
            wanted=PolicySettings(**values), version=form.cleaned_data["version"], now=clock.now()
        )
        messages.success(
            self.request, f"Version {updated.version} holds; {updated.rescheduled:,} journeys were scheduled anew."
        )
        return redirect("admin:onboarding_nudge_policy")
