"""The page on which a person corrects a quarantined event, sees what it would become, and sends it through ingest."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from unfold.widgets import UnfoldAdminTextareaWidget

from analytics.actions.replay_quarantined_event import replay_quarantined_event
from analytics.models import OfferEventKey, QuarantinedEvent, QuarantineState
from analytics.rules.offer_event import AcceptanceWindow
from analytics.rules.replay_plan import ReplayPlan, plan_replay
from smplat import clock
from smplat.console.actions import REASON_MAX_LENGTH
from smplat.console.pages import FormPage
from smplat.console.templatetags.console import exact


class CorrectionForm(forms.Form):
    text = forms.CharField(
        label="The event as it should have been",
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 12, "spellcheck": "false"}),
    )
    reason = forms.CharField(
        required=False,
        max_length=REASON_MAX_LENGTH,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="Kept beside the event, with your name.",
    )


class ReplayPage(FormPage):
    path = "analytics/quarantine/<uuid:event_id>/replay/"
    name = "analytics_replay_quarantined_event"
    title = "Correct and replay an event"
    permission = "analytics.change_quarantinedevent"
    parent = ("admin:analytics_quarantinedevent_changelist", "Quarantine")
    template_name = "analytics/replay.html"
    form_class = CorrectionForm

    @property
    def event(self) -> QuarantinedEvent:
        return get_object_or_404(QuarantinedEvent, pk=self.kwargs["event_id"])

    def get_initial(self) -> dict[str, Any]:
        return {"text": bytes(self.event.original).decode("utf-8", errors="backslashreplace")}

    def get_page(self) -> dict[str, Any]:
        event = self.event
        text = self.request.POST.get("text") or self.get_initial()["text"]
        plan = _plan(event, text)
        return {
            "event": event,
            "is_pending": event.state == QuarantineState.PENDING,
            "problems": [_sentence(detail.loc, detail.msg) for detail in plan.problems],
            "becomes": [] if plan.facts is None else _shown(plan),
            "duplicate_of": _find_duplicate(plan),
        }

    def act(self, form: forms.Form) -> HttpResponse:
        if "preview" in self.request.POST:
            return self.render_to_response(self.get_context_data(form=form))
        now = clock.now()
        replayed = replay_quarantined_event(
            quarantined_event_id=self.kwargs["event_id"],
            text=form.cleaned_data["text"],
            reason=form.cleaned_data["reason"],
            by=self.person.get_username(),
            now=now,
            window=AcceptanceWindow.at(now, retention=settings.OFFER_EVENT_RETENTION),
        )
        words = "It was stored before under the same event_id." if replayed.is_duplicate else "The event is stored."
        messages.success(self.request, words)
        return redirect(reverse("admin:analytics_quarantinedevent_changelist"))


def _plan(event: QuarantinedEvent, text: str) -> ReplayPlan:
    window = AcceptanceWindow.at(clock.now(), retention=settings.OFFER_EVENT_RETENTION)
    return plan_replay(text, form=event.form, received_at=event.created_at, window=window)


def _sentence(loc: tuple[str | int, ...], message: str) -> str:
    place = ".".join(str(part) for part in loc[1:])
    return f"{place}: {message}" if place else message


def _shown(plan: ReplayPlan) -> list[tuple[str, str]]:
    """Name and value of every column that would be stored."""
    facts = msgspec.structs.asdict(plan.facts) if plan.facts is not None else {}
    return [(name.replace("_", " "), _written(value)) for name, value in facts.items() if value is not None]


def _written(value: object) -> str:
    return exact(value) if isinstance(value, datetime) else str(value)


def _find_duplicate(plan: ReplayPlan) -> UUID | None:
    """Id of the event that is stored under the same event_id: replaying would add nothing."""
    if plan.facts is None or plan.facts.event_id is None:
        return None
    return OfferEventKey.objects.filter(event_id=plan.facts.event_id).values_list("id", flat=True).first()
