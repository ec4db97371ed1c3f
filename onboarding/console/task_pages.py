"""Forms about one task of a journey."""

from typing import Any

from django import forms
from django.http import HttpResponse

from onboarding.actions.block_task import block_task
from onboarding.actions.change_due_time import change_due_time
from onboarding.actions.reassign_task import reassign_task
from onboarding.actions.reopen_task import reopen_task
from onboarding.actions.skip_task import skip_task
from onboarding.actions.toggle_task import toggle_task
from onboarding.actions.unblock_task import unblock_task
from onboarding.console.journey_forms import DueForm, PersonForm, WhyForm
from onboarding.console.one_journey import TaskFormPage
from onboarding.interventions import TaskChanged
from onboarding.states import ActorType
from smplat import clock

AT = "onboarding/journeys/<uuid:journey_id>/tasks/<uuid:task_id>/"


class StatePage(TaskFormPage):
    """Gives a task another state, with a reason."""

    form_class = WhyForm
    done = ""

    def change(self, **cause: Any) -> TaskChanged:
        """Call the action with journey, task, reason, person and time."""
        raise NotImplementedError

    def act(self, form: forms.Form) -> HttpResponse:
        changed = self.change(
            journey_id=self.journey_id,
            task_id=self.task_id,
            reason=form.cleaned_data["reason"],
            by=self.person.get_username(),
            now=clock.now(),
        )
        return self.back(f"{self.task.title}: {self.done}", has_changed=changed.has_changed)


class SkipTaskPage(StatePage):
    path = AT + "skip/"
    name = "onboarding_skip_task"
    title = "Skip"
    lead = "The task counts as done without its work. The client reads that it is not needed."
    submit_label = "Skip the task"
    done = "skipped."

    def change(self, **cause: Any) -> TaskChanged:
        return skip_task(**cause)


class ReopenTaskPage(StatePage):
    path = AT + "reopen/"
    name = "onboarding_reopen_task"
    title = "Reopen"
    lead = "The task has to be done again; a completed journey becomes active."
    submit_label = "Reopen the task"
    done = "open again."

    def change(self, **cause: Any) -> TaskChanged:
        return reopen_task(**cause)


class BlockTaskPage(StatePage):
    path = AT + "block/"
    name = "onboarding_block_task"
    title = "Block"
    lead = "The client is not reminded of it and cannot tick it, and the turn is ours until somebody unblocks it."
    submit_label = "Block the task"
    done = "blocked."

    def change(self, **cause: Any) -> TaskChanged:
        return block_task(**cause)


class UnblockTaskPage(StatePage):
    path = AT + "unblock/"
    name = "onboarding_unblock_task"
    title = "Unblock"
    lead = "The task can be done again. When everything it needs came in meanwhile, it completes itself."
    submit_label = "Unblock the task"
    done = "can be done again."

    def change(self, **cause: Any) -> TaskChanged:
        return unblock_task(**cause)


class CompleteTaskPage(TaskFormPage):
    """The operator's tick: the log says who ticked, the client sees it at once."""

    path = AT + "complete/"
    name = "onboarding_complete_task"
    title = "Tick off"
    lead = "The task is done: the client told you so, or one of ours did it. The log says that an operator ticked it."
    submit_label = "Tick off"
    form_class = forms.Form

    def act(self, form: forms.Form) -> HttpResponse:  # noqa: ARG002 - nothing is asked
        changed = toggle_task(
            order_id=self.journey.order_id,
            task_id=self.task.pk,
            completed=True,
            actor=ActorType.OPERATOR,
            now=clock.now(),
        )
        return self.back(f"{self.task.title}: done.", has_changed=changed.has_changed)


class DueTimePage(TaskFormPage):
    path = AT + "due-time/"
    name = "onboarding_change_due_time"
    title = "Due time"
    lead = "A later time also moves reminders; what was late before stays in the reports."
    submit_label = "Change the due time"
    form_class = DueForm

    def get_initial(self) -> dict[str, Any]:
        # The browser's field knows no seconds.
        due_at = self.task.due_at
        return {"due_at": due_at and due_at.replace(second=0, microsecond=0)}

    def act(self, form: forms.Form) -> HttpResponse:
        if "due_at" not in form.changed_data:
            return self.back("", has_changed=False)
        changed = change_due_time(
            journey_id=self.journey_id,
            task_id=self.task_id,
            due_at=form.cleaned_data["due_at"],
            reason=form.cleaned_data["reason"],
            by=self.person.get_username(),
            now=clock.now(),
        )
        return self.back(f"{self.task.title}: the due time is changed.", has_changed=changed.has_changed)


class ReassignTaskPage(TaskFormPage):
    path = AT + "reassign/"
    name = "onboarding_reassign_task"
    title = "Assign"
    lead = "While one of ours does it, the turn is ours and the client is not waited for. Nobody of ours: back to the client."
    submit_label = "Assign the task"
    form_class = PersonForm

    def get_initial(self) -> dict[str, Any]:
        return {"person": self.task.assignee_id or self.person.pk}

    def act(self, form: forms.Form) -> HttpResponse:
        changed = reassign_task(
            journey_id=self.journey_id,
            task_id=self.task_id,
            assignee_id=form.cleaned_data["person"],
            reason=form.cleaned_data["reason"],
            by=self.person.get_username(),
            now=clock.now(),
        )
        return self.back(f"{self.task.title}: assigned.", has_changed=changed.has_changed)


PAGES = (
    SkipTaskPage,
    ReopenTaskPage,
    BlockTaskPage,
    UnblockTaskPage,
    CompleteTaskPage,
    DueTimePage,
    ReassignTaskPage,
)
