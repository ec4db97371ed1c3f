"""A reminder in a person's own words: who reads it and when, a text to start from, a preview, then the message."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from onboarding.actions.send_manual_nudge import ManualNudge, send_manual_nudge
from onboarding.console.one_journey import JourneyFormPage
from onboarding.contacts import Contact, describe_contact
from onboarding.journeys import list_tasks
from onboarding.models import Task
from onboarding.nudge_words import STARTERS, Starter
from onboarding.states import InteractionChannel, TaskStatus
from smplat import clock

# The bounds of the wire, so that console and API take the same.
SUBJECT_LENGTHS, MESSAGE_LENGTHS = (3, 120), (10, 5000)
OUTCOMES = {
    "no-address": "The client has no address: nothing was sent. What you wrote is in the log.",
    "opted-out": "The client wants no reminders: the message is kept and will not leave.",
}


@dataclass(frozen=True)
class Offer:
    """One text to start from."""

    label: str
    url: str
    is_chosen: bool


class ComposerForm(forms.Form):
    task = forms.ChoiceField(label="About", required=False, widget=UnfoldAdminSelectWidget)
    channel = forms.ChoiceField(
        label="By",
        choices=[(way.value, str(way.label)) for way in (InteractionChannel.EMAIL, InteractionChannel.SLACK)],
        widget=UnfoldAdminSelectWidget,
    )
    subject = forms.CharField(
        min_length=SUBJECT_LENGTHS[0], max_length=SUBJECT_LENGTHS[1], widget=UnfoldAdminTextInputWidget
    )
    message = forms.CharField(
        min_length=MESSAGE_LENGTHS[0],
        max_length=MESSAGE_LENGTHS[1],
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 8}),
        help_text="A blank line begins a new paragraph. The greeting and the link to the checklist are added.",
    )


class ComposerPage(JourneyFormPage):
    path = "onboarding/journeys/<uuid:journey_id>/remind/"
    name = "onboarding_remind"
    title = "Remind the client"
    permission = "onboarding.nudge_client"
    template_name = "onboarding/composer.html"
    form_class = ComposerForm

    @cached_property
    def tasks(self) -> list[Task]:
        """The open ones, in the client's order."""
        return [task for task in list_tasks(self.journey) if task.status != TaskStatus.COMPLETED]

    @cached_property
    def contact(self) -> Contact:
        """Who reads it, and when."""
        return describe_contact(journey_id=self.journey.pk, now=clock.now())

    @property
    def starter(self) -> Starter:
        """The text of the address, or the first."""
        wanted = self.request.GET.get("starter", "")
        return next((starter for starter in STARTERS if starter.slug == wanted), STARTERS[0])

    @property
    def subject_task(self) -> Task | None:
        """The task of the address, or the first open one."""
        wanted = self.request.GET.get("task", "")
        return next((task for task in self.tasks if str(task.pk) == wanted), self.tasks[0] if self.tasks else None)

    def get_initial(self) -> dict[str, Any]:
        task, words = self.subject_task, self.starter.words
        facts = {
            "title": task.title if task else "your checklist",
            "order_number": self.journey.order.order_number,
            "name": self.contact.name,
        }
        return {
            "task": str(task.pk) if task else "",
            "channel": task.preferred_channel if task else InteractionChannel.EMAIL,
            "subject": words.subject.format(**facts)[: SUBJECT_LENGTHS[1]],
            "message": words.message.format(**facts),
        }

    def get_form(self, form_class: Any = None) -> forms.Form:
        form: forms.Form = super().get_form(form_class)
        choices = [(str(task.pk), task.title) for task in self.tasks]
        form.fields["task"].choices = [("", "The whole checklist"), *choices]  # type: ignore[attr-defined]  # a choice field
        return form

    def get_page(self) -> dict[str, Any]:
        contact = self.contact
        return {
            **super().get_page(),
            "contact": contact,
            "sees_customers": self.person.has_perm("checkout.view_customer"),
            "offers": self._offers(),
        }

    def act(self, form: forms.Form) -> HttpResponse:
        values = form.cleaned_data
        if "preview" in self.request.POST:
            return self.render_to_response(self.get_context_data(form=form, preview=self._preview(values)))
        nudge = send_manual_nudge(
            journey_id=self.journey_id,
            task_id=UUID(values["task"]) if values["task"] else None,
            channel=values["channel"],
            subject=values["subject"],
            message=values["message"],
            triggered_by=self.person.get_username(),
            now=clock.now(),
        )
        return self._tell(nudge)

    def _tell(self, nudge: ManualNudge) -> HttpResponse:
        if nudge.obstacle:
            messages.warning(self.request, OUTCOMES.get(nudge.obstacle, nudge.obstacle))
        else:
            messages.success(
                self.request,
                "The reminder is on its way." if nudge.status == "sent" else "The reminder waits to leave.",
            )
        return redirect(self.journey_url)

    def _offers(self) -> list[Offer]:
        task = self.request.GET.get("task", "")
        return [
            Offer(
                label=starter.label,
                url=f"?{urlencode({'starter': starter.slug, 'task': task})}",
                is_chosen=starter == self.starter,
            )
            for starter in STARTERS
        ]

    def _preview(self, values: dict[str, Any]) -> dict[str, Any]:
        """As the client will read it."""
        parts = [part.strip() for part in values["message"].replace("\r\n", "\n").split("\n\n")]
        return {
            "subject": values["subject"],
            "name": self.contact.name if self.person.has_perm("checkout.view_customer") else "",
            "paragraphs": [part for part in parts if part],
            "by": InteractionChannel(values["channel"]).label,
        }
