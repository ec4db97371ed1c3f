"""Forms about a journey as a whole: its owner, further tasks, further artifacts."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse

from onboarding.actions.add_task import NewTask, add_task
from onboarding.actions.assign_owner import assign_owner
from onboarding.actions.request_artifact import request_artifact
from onboarding.console.journey_forms import NewTaskForm, PersonForm, RequestForm
from onboarding.console.one_journey import JourneyFormPage
from onboarding.journeys import list_tasks
from onboarding.states import InteractionChannel
from smplat import clock

AT = "onboarding/journeys/<uuid:journey_id>/"


class OwnerPage(JourneyFormPage):
    path = AT + "owner/"
    name = "onboarding_assign_owner"
    title = "Owner"
    permission = "onboarding.assign_journey"
    lead = "The owner answers for this client's onboarding and finds it under “Mine”."
    submit_label = "Give it an owner"
    form_class = PersonForm

    def get_initial(self) -> dict[str, Any]:
        return {"person": self.journey.owner_id or self.person.pk}

    def act(self, form: forms.Form) -> HttpResponse:
        assigned = assign_owner(
            journey_id=self.journey_id,
            owner_id=form.cleaned_data["person"],
            reason=form.cleaned_data["reason"],
            by=self.person.get_username(),
            now=clock.now(),
        )
        return self.back("The owner is changed.", has_changed=assigned.has_changed)


class AddTaskPage(JourneyFormPage):
    path = AT + "tasks/add/"
    name = "onboarding_add_task"
    title = "Add a task"
    permission = "onboarding.manage_tasks"
    lead = "Only for this journey. The client sees it at once; a completed journey becomes active again."
    submit_label = "Add the task"
    form_class = NewTaskForm

    def act(self, form: forms.Form) -> HttpResponse:
        values = form.cleaned_data
        add_task(
            journey_id=self.journey_id,
            new=NewTask(
                title=values["title"],
                description=values["description"],
                due_at=values["due_at"],
                preferred_channel=InteractionChannel(values["preferred_channel"]),
            ),
            reason=values["reason"],
            by=self.person.get_username(),
            now=clock.now(),
        )
        return self.back(f"{values['title']}: added.")


class RequestArtifactPage(JourneyFormPage):
    path = AT + "artifacts/request/"
    name = "onboarding_request_artifact"
    title = "Ask for an artifact"
    permission = "onboarding.manage_tasks"
    lead = "The client finds a field for a link on their checklist. A task that completes itself opens again."
    submit_label = "Ask for it"
    form_class = RequestForm

    def get_form(self, form_class: Any = None) -> RequestForm:
        form: RequestForm = super().get_form(form_class)
        form.offer(list_tasks(self.journey))
        return form

    def act(self, form: forms.Form) -> HttpResponse:
        values = form.cleaned_data
        asked = request_artifact(
            journey_id=self.journey_id,
            task_id=UUID(values["task"]) if values["task"] else None,
            label=values["label"],
            required=values["required"],
            reason=values["reason"],
            by=self.person.get_username(),
            now=clock.now(),
        )
        return self.back(f"{values['label']}: asked for.", has_changed=asked.has_changed)


PAGES = (OwnerPage, AddTaskPage, RequestArtifactPage)
