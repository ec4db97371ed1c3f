"""What every form about one journey shares: its journey, the way back, and the sentence afterwards."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from onboarding.models import Journey, Task
from smplat.console.pages import FormPage


class JourneyFormPage(FormPage):
    """A form about one journey; its address names it as `journey_id`."""

    @property
    def journey_id(self) -> UUID:
        """The journey of the address."""
        journey_id: UUID = self.kwargs["journey_id"]
        return journey_id

    @cached_property
    def journey(self) -> Journey:
        """The journey with its order and customer."""
        journey = Journey.objects.select_related("order__customer").filter(pk=self.journey_id).first()
        if journey is None:
            raise Http404
        return journey

    def get_subject(self) -> str:
        """What the form is about, as the heading names it."""
        return self.journey.order.order_number

    def get_title(self) -> str:
        return f"{self.title}: {self.get_subject()}"

    def get_page(self) -> dict[str, Any]:
        crumbs = [
            {"title": "Journeys", "url": reverse("admin:onboarding_journey_changelist")},
            {"title": self.journey.order.order_number, "url": self.journey_url},
        ]
        return {"crumbs": crumbs}

    @property
    def journey_url(self) -> str:
        """The page of the journey."""
        return reverse("admin:onboarding_journey_change", args=[self.journey_id])

    def back(self, sentence: str, *, has_changed: bool = True) -> HttpResponse:
        """To the journey's page, with what was done."""
        if has_changed:
            messages.success(self.request, sentence)
        else:
            messages.info(self.request, "It was so already: nothing was changed.")
        return redirect(self.journey_url)


class TaskFormPage(JourneyFormPage):
    """A form about one task; its address names it as `task_id`."""

    permission = "onboarding.manage_tasks"

    @property
    def task_id(self) -> UUID:
        """The task of the address."""
        task_id: UUID = self.kwargs["task_id"]
        return task_id

    @cached_property
    def task(self) -> Task:
        """The task, if it counts and belongs to the journey."""
        tasks = Task.objects.filter(journey=self.journey, dropped_at__isnull=True, pk=self.task_id)
        task = tasks.select_related("assignee").first()
        if task is None:
            raise Http404
        return task

    def get_subject(self) -> str:
        return self.task.title
