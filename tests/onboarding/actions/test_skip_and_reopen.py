"""An operator skips a task, or takes a completion back."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from onboarding.actions.reopen_task import reopen_task
from onboarding.actions.skip_task import skip_task
from onboarding.actions.toggle_task import toggle_task
from onboarding.errors import JourneyNotFound, ReasonMissing, TaskAlreadyDone, TaskNotFound
from onboarding.models import Interaction, JourneyEvent
from onboarding.states import ActorType

HOUR = timedelta(hours=1)
CHANGES = JourneyEvent.objects.filter(event_type="task_status_changed")


def test_a_skipped_task_counts_as_completed_and_says_who_skipped_it_and_why(begin, act, now):
    journey = begin()
    assert act(skip_task, journey, "intake").has_changed
    task = journey.tasks.get(slug="intake")
    assert (task.status, task.is_skipped, task.completed_at) == ("completed", True, now + HOUR)
    assert journey.progress_percentage == Decimal("33.33")
    event, interaction = CHANGES.get(), Interaction.objects.get()
    cause = {"actor": "operator", "by": "alice", "reason": "the client called"}
    assert event.metadata == {**cause, "skipped": True}
    assert (interaction.summary, interaction.details) == (f"Skipped: {task.title}", "the client called")
    assert (interaction.actor_type, interaction.metadata) == ("operator", {"by": "alice"})


def test_skipping_twice_is_skipping_once(begin, act, now):
    journey = begin()
    act(skip_task, journey, "intake")
    assert not act(skip_task, journey, "intake", now=now + 2 * HOUR).has_changed
    assert (CHANGES.count(), Interaction.objects.count()) == (1, 1)
    assert journey.updated_at == now + HOUR


def test_what_was_done_by_work_cannot_be_skipped(begin, act, now):
    journey = begin()
    task = journey.tasks.get(slug="intake")
    toggle_task(order_id=journey.order_id, task_id=task.pk, completed=True, actor=ActorType.CLIENT, now=now)
    with pytest.raises(TaskAlreadyDone):
        act(skip_task, journey, "intake")
    assert CHANGES.count() == 1


def test_skipping_the_last_open_task_completes_the_journey(begin, act, now):
    journey = begin()
    for slug in ("intake", "assets", "collaboration"):
        act(skip_task, journey, slug)
    assert (journey.status, journey.completed_at) == ("completed", now + HOUR)


def test_a_reason_is_needed(begin, act):
    journey = begin()
    for action in (skip_task, reopen_task):
        with pytest.raises(ReasonMissing):
            act(action, journey, "intake", reason=" ")
    assert not Interaction.objects.exists()


def test_tasks_and_journeys_that_are_not_there(begin, act):
    journey = begin()
    for action in (skip_task, reopen_task):
        with pytest.raises(TaskNotFound):
            act(action, journey, task_id=UUID(int=1))
        journey_id, journey.pk = journey.pk, UUID(int=1)
        with pytest.raises(JourneyNotFound):
            act(action, journey, task_id=UUID(int=1))
        journey.pk = journey_id
    assert not Interaction.objects.exists()


def test_reopening_a_skipped_task_makes_a_completed_journey_active(begin, act, now):
    journey = begin()
    for slug in ("intake", "assets", "collaboration"):
        act(skip_task, journey, slug)
    assert act(reopen_task, journey, "assets", now=now + 2 * HOUR).has_changed
    task = journey.tasks.get(slug="assets")
    assert (task.status, task.is_skipped, task.completed_at) == ("pending", False, None)
    assert (journey.status, journey.completed_at, journey.turn) == ("active", None, "client")


def test_reopening_an_open_task_writes_nothing(begin, act):
    journey = begin()
    assert not act(reopen_task, journey, "intake").has_changed
    assert not CHANGES.exists()
