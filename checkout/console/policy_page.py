"""The editor of one stage's recovery policy."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from checkout.actions.update_recovery_policy import BOUNDS, PolicySettings, update_recovery_policy
from checkout.console.recovery_page import EDITS_POLICIES
from checkout.models import RecoveryPolicy
from checkout.states import Stage
from smplat import clock
from smplat.console.actions import REASON_MAX_LENGTH
from smplat.console.pages import FormPage

BPS_OF_PERCENT = 100


def _whole_number(name: str, label: str, help_text: str) -> forms.IntegerField:
    least, most = BOUNDS[name]
    return forms.IntegerField(
        label=label, help_text=help_text, min_value=least, max_value=most, widget=UnfoldAdminIntegerFieldWidget
    )


def _time_of_day(label: str, help_text: str) -> forms.TimeField:
    return forms.TimeField(label=label, help_text=help_text, widget=UnfoldAdminTextInputWidget(attrs={"type": "time"}))


class PolicyForm(forms.Form):
    """Every setting of a policy in the units of its column, the share held out in percent."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    is_active = forms.BooleanField(
        label="Recovery of this stage is on", required=False, widget=UnfoldBooleanSwitchWidget
    )
    stall_after_minutes = _whole_number("stall_after_minutes", "Stalled after (minutes)", "Without any movement.")
    first_delay_minutes = _whole_number("first_delay_minutes", "First prompt (minutes)", "After it counts as stalled.")
    repeat_every_minutes = _whole_number("repeat_every_minutes", "Between two prompts (minutes)", "At least 5.")
    max_prompts = _whole_number("max_prompts", "Prompts at most", "In one stage; then a person is called. 0: at once.")
    quiet_from = _time_of_day("Quiet from", "On the customer's clock.")
    quiet_until = _time_of_day("Quiet until", "The same time twice: no quiet hours.")
    holdout_percent = forms.DecimalField(
        label="Held out (%)",
        min_value=0,
        max_value=100,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text="Customers who are never prompted, so that what prompts bring can be measured.",
    )
    escalation_channel = forms.ChoiceField(
        label="Slack destination",
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text="Where escalations are told.",
    )
    escalation_deadline_minutes = _whole_number(
        "escalation_deadline_minutes", "To acknowledge (minutes)", "Then the escalation is called again."
    )
    link_lifetime_hours = _whole_number("link_lifetime_hours", "Link works for (hours)", "The link in a prompt.")
    reason = forms.CharField(
        max_length=REASON_MAX_LENGTH,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Kept in the history, beside your name.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ours = settings.SLACK_DESTINATIONS.keys() - settings.SLACK_CLIENT_DESTINATIONS.keys()
        names = sorted({*ours, self.initial.get("escalation_channel") or ""} - {""})
        self.fields["escalation_channel"].choices = [("", "Console only"), *((name, name) for name in names)]  # type: ignore[attr-defined]  # a ChoiceField's


class PolicyPage(FormPage):
    path = "checkout/recovery/policies/<str:stage>/"
    name = "checkout_recovery_policy"
    title = "Recovery policy"
    permission = EDITS_POLICIES
    parent = ("admin:checkout_recovery", "Recovery")
    form_class = PolicyForm
    lead = "Checkouts of this stage are scheduled anew by it at once. Decisions and results cite its version."
    submit_label = "Save as the next version"

    @property
    def policy(self) -> RecoveryPolicy:
        """The policy of the address."""
        return get_object_or_404(RecoveryPolicy, pk=self.kwargs["stage"])

    def get_title(self) -> str:
        policy = self.policy
        return f"Recovery policy: {policy.get_stage_display().lower()}, version {policy.version}"

    def get_page(self) -> dict[str, Any]:
        return {"history_url": reverse("admin:checkout_recoverypolicy_history", args=[self.policy.pk])}

    def get_initial(self) -> dict[str, Any]:
        policy = self.policy
        shown = {name: getattr(policy, name) for name in PolicyForm.base_fields if hasattr(policy, name)}
        times = {name: f"{shown[name]:%H:%M}" for name in ("quiet_from", "quiet_until")}
        return {**shown, **times, "holdout_percent": Decimal(policy.holdout_bps) / BPS_OF_PERCENT}

    def act(self, form: forms.Form) -> HttpResponse:
        values = dict(form.cleaned_data)
        version = values.pop("version")
        del values["reason"]
        holdout_bps = int(values.pop("holdout_percent") * BPS_OF_PERCENT)
        updated = update_recovery_policy(
            stage=Stage(self.policy.stage),
            wanted=PolicySettings(**values, holdout_bps=holdout_bps),
            version=version,
            now=clock.now(),
        )
        messages.success(
            self.request,
            f"Version {updated.version} holds; {updated.rescheduled:,} checkouts were scheduled anew.",
        )
        return redirect(self.parent[0])
