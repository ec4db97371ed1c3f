"""Who does a task, until when, and which tasks there are."""

from datetime import timedelta

import pytest

from onboarding.actions.add_task import NewTask, add_task
from onboarding.actions.assign_owner import assign_owner
from onboarding.actions.change_due_time import change_due_time
from onboarding.actions.reassign_task import reassign_task
from onboarding.actions.skip_task import skip_task
from onboarding.errors import InvalidDueTime, InvalidTask, ReasonMissing, TaskAlreadyDone, TaskSlugTaken, UnknownPerson
from onboarding.models import Interaction, JourneyEvent, Task

DAY = timedelta(days=1)
CHANGES = JourneyEvent.objects.exclude(event_type="journey_started")


def test_a_task_that_a_colleague_takes_over_passes_the_turn_to_us(begin, act, person):
    journey, bob = begin(), person("bob", "operator")
    assert act(reassign_task, journey, "intake", assignee_id=bob.pk).has_changed
    assert journey.tasks.get(slug="intake").assignee == bob
    assert journey.turn == "us"
    event = CHANGES.get()
    assert (event.event_type, event.metadata["field"]) == ("task_changed", "assignee")
    assert (event.metadata["before"], event.metadata["after"], event.metadata["by"]) == (None, bob.pk, "alice")
    assert Interaction.objects.get().summary == "Given to bob: Tell us about your campaign"


def test_handed_back_it_is_the_clients_turn(begin, act, person):
    journey, bob = begin(), person("bob", "operator")
    act(reassign_task, journey, "intake", assignee_id=bob.pk)
    act(reassign_task, journey, "intake", assignee_id=None)
    assert journey.turn == "client"


def test_reassigning_to_the_same_person_writes_nothing(begin, act):
    journey = begin()
    assert not act(reassign_task, journey, "intake", assignee_id=None).has_changed
    assert not CHANGES.exists()


def test_somebody_who_does_not_work_here_gets_nothing(begin, act, person):
    journey, gone = begin(), person("gone", "operator")
    gone.is_active = False
    gone.save()
    for assignee_id in (gone.pk, 999_999):
        with pytest.raises(UnknownPerson):
            act(reassign_task, journey, "intake", assignee_id=assignee_id)
        with pytest.raises(UnknownPerson):
            act(assign_owner, journey, owner_id=assignee_id)
    assert not CHANGES.exists()


def test_a_due_time_moves_and_the_next_reminder_with_it(begin, act, now):
    journey = begin()
    assert act(change_due_time, journey, "intake", due_at=now + 9 * DAY).has_changed
    assert journey.tasks.get(slug="intake").due_at == now + 9 * DAY
    metadata = CHANGES.get().metadata
    assert (metadata["before"], metadata["after"]) == ((now + 2 * DAY).isoformat(), (now + 9 * DAY).isoformat())


def test_the_same_due_time_again_writes_nothing(begin, act, now):
    journey = begin()
    assert not act(change_due_time, journey, "intake", due_at=now + 2 * DAY).has_changed
    assert not CHANGES.exists()


def test_a_due_time_lies_ahead_and_belongs_to_an_open_task(begin, act, now):
    journey = begin()
    with pytest.raises(InvalidDueTime):
        act(change_due_time, journey, "intake", due_at=now)
    assert not CHANGES.exists()
    act(skip_task, journey, "intake")
    for action, term in ((change_due_time, {"due_at": now + DAY}), (reassign_task, {"assignee_id": None})):
        with pytest.raises(TaskAlreadyDone):
            act(action, journey, "intake", **term)


def test_an_added_task_reopens_a_completed_journey(begin, act):
    journey = begin()
    for slug in ("intake", "assets", "collaboration"):
        act(skip_task, journey, slug)
    added = act(add_task, journey, new=NewTask("Sign the contract", description="Two pages.", depends_on="intake"))
    task = Task.objects.get(pk=added.task_id)
    assert (task.slug, task.status, task.sort_order, task.depends_on) == ("sign-the-contract", "pending", 4, "intake")
    assert (journey.status, str(journey.progress_percentage)) == ("active", "75.00")
    event = journey.events.get(event_type="task_added")
    assert (event.task, event.metadata["slug"]) == (task, "sign-the-contract")


@pytest.mark.parametrize(
    ("new", "error"),
    [
        (NewTask(" "), InvalidTask),
        (NewTask("x" * 256), InvalidTask),
        (NewTask("Sign", depends_on="nothing"), InvalidTask),
        (NewTask("Sign", slug="intake"), TaskSlugTaken),
    ],
)
def test_a_task_that_cannot_be_added(begin, act, new, error):
    journey = begin()
    with pytest.raises(error):
        act(add_task, journey, new=new)
    assert (journey.tasks.count(), CHANGES.count()) == (3, 0)


def test_a_new_tasks_due_time_lies_ahead(begin, act, now):
    journey = begin()
    with pytest.raises(InvalidDueTime):
        act(add_task, journey, new=NewTask("Sign", due_at=now))
    assert journey.tasks.count() == 3


def test_a_journey_gets_an_owner_once(begin, act, person):
    journey, bob = begin(), person("bob", "operator")
    assert act(assign_owner, journey, owner_id=bob.pk).has_changed
    assert not act(assign_owner, journey, owner_id=bob.pk).has_changed
    assert journey.owner == bob
    assert (CHANGES.get().event_type, CHANGES.get().metadata["after"]) == ("owner_changed", bob.pk)
    assert Interaction.objects.get().summary == "Owner is now bob"


def test_a_reason_is_needed(begin, act, now):
    journey = begin()
    calls = (
        (reassign_task, "intake", {"assignee_id": None}),
        (change_due_time, "intake", {"due_at": now + DAY}),
        (add_task, "", {"new": NewTask("Sign")}),
        (assign_owner, "", {"owner_id": None}),
    )
    for action, slug, terms in calls:
        with pytest.raises(ReasonMissing):
            act(action, journey, slug, reason=" ", **terms)
    assert not CHANGES.exists()
