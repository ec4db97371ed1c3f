"""Discarding many quarantined events at once."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldBooleanSwitchWidget

from analytics.actions.discard_quarantined_events import discard_quarantined_events
from analytics.models import QuarantinedEvent, QuarantineState
from smplat import clock
from smplat.console.actions import REASON_MAX_LENGTH
from smplat.console.pages import FormPage

QUARANTINE = ("admin:analytics_quarantinedevent_changelist", "Quarantine")


class BulkDiscardForm(forms.Form):
    code = forms.ChoiceField(label="Finding", widget=UnfoldAdminSelectWidget)
    reason = forms.CharField(
        max_length=REASON_MAX_LENGTH,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Kept with each event, beside your name.",
    )
    received_until = forms.DateTimeField(widget=forms.HiddenInput)
    confirmed = forms.BooleanField(label="Discard all of them", widget=UnfoldBooleanSwitchWidget)


class BulkDiscardPage(FormPage):
    """Discard every waiting event with one finding."""

    path = "analytics/quarantine/discard/"
    name = "analytics_discard_events"
    title = "Discard many"
    permission = "analytics.change_quarantinedevent"
    parent = QUARANTINE
    form_class = BulkDiscardForm
    lead = "Events that wait with the chosen finding will not be stored. Those that arrive from now on are not touched."
    submit_label = "Discard"
    is_dangerous = True

    def get_initial(self) -> dict[str, Any]:
        return {"received_until": clock.now().isoformat()}

    def get_form(self, form_class: type[forms.Form] | None = None) -> forms.Form:
        form: forms.Form = super().get_form(form_class)
        counts = count_pending(until=clock.now())
        choices = [(code, f"{code} ({count:,} waiting)") for code, count in counts.items()]
        form.fields["code"].choices = [("", "Choose a finding" if choices else "Nothing is waiting"), *choices]  # type: ignore[attr-defined]  # a ChoiceField's
        return form

    def act(self, form: forms.Form) -> HttpResponse:
        count = discard_quarantined_events(
            code=form.cleaned_data["code"],
            received_until=form.cleaned_data["received_until"],
            reason=form.cleaned_data["reason"],
            by=self.request.user.get_username(),
            now=clock.now(),
        )
        messages.success(self.request, f"Discarded {count:,} event{'' if count == 1 else 's'}.")
        return redirect(QUARANTINE[0])


def count_pending(*, until: datetime) -> dict[str, int]:
    """Pending events by code."""
    pending = QuarantinedEvent.objects.filter(state=QuarantineState.PENDING, created_at__lte=until)
    return {row["code"]: row["count"] for row in pending.values("code").annotate(count=Count("id")).order_by("code")}
