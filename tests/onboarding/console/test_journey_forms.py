"""Operators change a journey: each form says why, each change is in the log, and who may not is refused."""

from datetime import timedelta

import pytest
from django.urls import reverse

from onboarding.models import Artifact, Interaction, JourneyEvent, Task
from smplat import clock
from smplat.console.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def journey(begin):
    return begin(at=clock.now())


@pytest.fixture
def operator(signed_in):
    return signed_in("operator")


def task_of(journey, slug="intake"):
    return journey.tasks.get(slug=slug)


def address(name, journey, *arguments):
    return reverse(f"admin:onboarding_{name}", args=[journey.pk, *arguments])


def said(journey):
    return list(
        Interaction.objects.filter(journey=journey).order_by("created_at", "id").values_list("summary", "details")
    )


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("skip_task", "pending", ("completed", "Skipped: Tell us about your campaign")),
        ("block_task", "pending", ("blocked", "Blocked: Tell us about your campaign")),
        ("unblock_task", "blocked", ("pending", "Unblocked: Tell us about your campaign")),
    ],
)
def test_a_state_is_given_with_a_reason(name, before, after, journey, operator):
    status, summary = after
    Task.objects.filter(pk=task_of(journey).pk).update(status=before)
    answer = operator.post(address(name, journey, task_of(journey).pk), {"reason": "They called."}, follow=True)
    assert answer.status_code == 200
    assert task_of(journey).status == status
    assert said(journey) == [(summary, "They called.")]


def test_a_task_is_ticked_off_and_reopened(journey, operator):
    task = task_of(journey)
    operator.post(address("complete_task", journey, task.pk))
    assert task_of(journey).status == "completed"
    operator.post(address("reopen_task", journey, task.pk), {"reason": "Wrong client."})
    assert task_of(journey).status == "pending"
    assert [actor for (actor,) in Interaction.objects.values_list("actor_type")] == ["operator", "operator"]


def test_without_a_reason_nothing_happens(journey, operator):
    answer = operator.post(address("skip_task", journey, task_of(journey).pk), {"reason": "  "})
    assert answer.status_code == 200
    assert "This field is required." in answer.content.decode()
    assert (task_of(journey).status, said(journey)) == ("pending", [])


def test_looking_at_a_form_changes_nothing(journey, operator):
    events = JourneyEvent.objects.count()
    for name in ("skip_task", "reopen_task", "block_task", "complete_task", "change_due_time", "reassign_task"):
        assert operator.get(address(name, journey, task_of(journey).pk)).status_code == 200
    assert JourneyEvent.objects.count() == events


def test_a_due_time_is_given_on_the_persons_own_clock(journey, operator):
    User.objects.filter(username="operator").update(time_zone="America/Sao_Paulo")
    wanted = (clock.now() + timedelta(days=5)).replace(second=0, microsecond=0)
    local = f"{wanted - timedelta(hours=3):%Y-%m-%dT%H:%M}"
    operator.post(address("change_due_time", journey, task_of(journey).pk), {"due_at": local, "reason": "Holiday."})
    assert task_of(journey).due_at == wanted


def test_a_due_time_sent_back_as_it_was_shown_changes_nothing(journey, operator):
    precise = (clock.now() + timedelta(days=2)).replace(second=37, microsecond=5)
    Task.objects.filter(pk=task_of(journey).pk).update(due_at=precise)
    page, events = address("change_due_time", journey, task_of(journey).pk), JourneyEvent.objects.count()
    shown = operator.get(page).context["form"]["due_at"].value()
    answer = operator.post(page, {"due_at": f"{shown:%Y-%m-%dT%H:%M}", "reason": "Looked only."}, follow=True)
    assert "nothing was changed" in answer.content.decode()
    assert (task_of(journey).due_at, JourneyEvent.objects.count()) == (precise, events)


def test_a_due_time_in_the_past_is_refused_beside_its_field(journey, operator):
    before = task_of(journey).due_at
    past = f"{clock.now() - timedelta(days=1):%Y-%m-%dT%H:%M}"
    answer = operator.post(
        address("change_due_time", journey, task_of(journey).pk), {"due_at": past, "reason": "Oops."}
    )
    assert "A due time lies ahead." in answer.content.decode()
    assert task_of(journey).due_at == before


def test_a_task_is_given_to_a_colleague_and_back(journey, operator):
    me = User.objects.get(username="operator")
    page = address("reassign_task", journey, task_of(journey).pk)
    operator.post(page, {"person": str(me.pk), "reason": "I do it."})
    assert task_of(journey).assignee == me
    operator.post(page, {"person": "", "reason": "They want to."})
    assert task_of(journey).assignee is None


def test_a_journey_gets_an_owner(journey, operator):
    me = User.objects.get(username="operator")
    operator.post(address("assign_owner", journey), {"person": str(me.pk), "reason": "Mine."})
    journey.refresh_from_db()
    assert journey.owner == me


def test_a_task_is_added_for_this_client_only(journey, operator):
    values = {"title": "Sign the form", "preferred_channel": "email", "reason": "Legal asked."}
    operator.post(address("add_task", journey), values)
    added = journey.tasks.get(title="Sign the form")
    assert (added.slug, added.sort_order, added.status) == ("sign-the-form", 4, "pending")


def test_an_artifact_is_asked_for(journey, operator):
    values = {"label": "Brand book", "task": str(task_of(journey).pk), "required": "on", "reason": "New brand."}
    operator.post(address("request_artifact", journey), values)
    asked = Artifact.objects.get(label="Brand book")
    assert (asked.task, asked.required, asked.received_at) == (task_of(journey), True, None)


def test_a_form_of_a_task_of_another_journey_is_not_there(journey, begin, operator):
    other = begin(at=clock.now())
    assert operator.get(address("skip_task", journey, task_of(other).pk)).status_code == 404


@pytest.mark.parametrize("role", ["viewer", "merchandiser", "analyst"])
def test_who_only_looks_is_refused_and_offered_nothing(role, journey, signed_in):
    client = signed_in(role)
    assert client.post(address("skip_task", journey, task_of(journey).pk), {"reason": "x"}).status_code == 403
    assert task_of(journey).status == "pending"
    page = client.get(reverse("admin:onboarding_journey_change", args=[journey.pk])).content.decode()
    for words in ("/skip/", "/remind/", "/owner/", "/c/", "ada@example.test"):
        assert words not in page, words
