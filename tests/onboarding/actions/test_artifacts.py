"""What we ask a client for, and what comes in."""

from uuid import UUID

import pytest

from onboarding.actions.receive_artifact import receive_artifact
from onboarding.actions.reopen_task import reopen_task
from onboarding.actions.request_artifact import request_artifact
from onboarding.errors import ArtifactNotFound, InvalidLink, LabelMissing, ReasonMissing, TaskNotFound
from onboarding.models import Artifact, Interaction, JourneyEvent
from onboarding.states import ActorType

LINK = "https://files.example.test/logo.zip"
RECEIVED = JourneyEvent.objects.filter(event_type="artifact_received")


@pytest.fixture
def receive(now):
    def receive(journey, *, artifact=None, url=LINK, actor=ActorType.CLIENT):
        artifact_id = artifact or journey.artifacts.order_by("created_at", "id").first().pk
        result = receive_artifact(journey_id=journey.pk, artifact_id=artifact_id, url=url, actor=actor, now=now)
        journey.refresh_from_db()
        return result

    return receive


def test_the_last_missing_artifact_completes_its_task(begin, receive, now):
    journey = begin()
    assert receive(journey).has_changed
    artifact, task = Artifact.objects.get(), journey.tasks.get(slug="assets")
    assert (artifact.url, artifact.received_at) == (LINK, now)
    assert (task.status, task.completed_at) == ("completed", now)
    event = RECEIVED.get()
    assert event.metadata == {
        "actor": "client",
        "artifact_id": str(artifact.pk),
        "label": "Creative files",
        "replaced": False,
    }
    assert Interaction.objects.get().summary == "Received: Creative files"


def test_the_first_of_two_begins_the_task(begin, receive, act):
    journey = begin()
    task = journey.tasks.get(slug="assets")
    act(request_artifact, journey, task_id=task.pk, label="Logo", required=True)
    receive(journey)
    task.refresh_from_db()
    assert (task.status, journey.turn) == ("in_progress", "client")


def test_the_same_link_again_writes_nothing_and_another_replaces_it(begin, receive):
    journey = begin()
    receive(journey)
    assert not receive(journey).has_changed
    assert RECEIVED.count() == 1
    assert receive(journey, url="https://files.example.test/logo-2.zip").has_changed
    assert [event.metadata["replaced"] for event in RECEIVED.order_by("id")] == [False, True]


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "file:///etc/passwd", "ftp://files.example.test/", "https://", "x" * 20]
)
def test_only_web_links_come_in(begin, receive, url):
    journey = begin()
    with pytest.raises(InvalidLink):
        receive(journey, url=url)
    with pytest.raises(InvalidLink):
        receive(journey, url=f"https://files.example.test/{'x' * 2048}")
    assert not RECEIVED.exists()


def test_an_artifact_of_another_journey_is_not_found(begin, receive):
    journey, other = begin(), begin()
    with pytest.raises(ArtifactNotFound):
        receive(journey, artifact=other.artifacts.get().pk)
    assert not RECEIVED.exists()


def test_asking_for_something_more_is_logged_with_its_reason(begin, act):
    journey = begin()
    asked = act(request_artifact, journey, task_id=None, label=" Brand book ", required=False)
    artifact = Artifact.objects.get(pk=asked.artifact_id)
    assert (artifact.label, artifact.required, artifact.task) == ("Brand book", False, None)
    event = journey.events.get(event_type="artifact_requested")
    assert (event.metadata["label"], event.metadata["reason"]) == ("Brand book", "the client called")
    assert Interaction.objects.get().summary == "Asked for: Brand book"


def test_asking_twice_is_asking_once(begin, act):
    journey = begin()
    first = act(request_artifact, journey, task_id=None, label="Logo", required=True)
    again = act(request_artifact, journey, task_id=None, label="Logo", required=True)
    assert (again.artifact_id, again.has_changed) == (first.artifact_id, False)
    assert journey.events.filter(event_type="artifact_requested").count() == 1


def test_a_task_that_had_everything_is_open_again_when_more_is_asked_for(begin, receive, act):
    journey = begin()
    receive(journey)
    task = journey.tasks.get(slug="assets")
    act(request_artifact, journey, task_id=task.pk, label="Logo", required=True)
    task.refresh_from_db()
    assert (task.status, str(journey.progress_percentage)) == ("pending", "0.00")


def test_a_task_that_a_person_reopened_stays_open_until_something_comes_in(begin, receive, act):
    journey = begin()
    receive(journey)
    act(reopen_task, journey, "assets")
    act(request_artifact, journey, task_id=None, label="Brand book", required=True)
    assert journey.tasks.get(slug="assets").status == "pending"
    receive(journey, url="https://files.example.test/better.zip")
    assert journey.tasks.get(slug="assets").status == "completed"


def test_what_cannot_be_asked_for(begin, act):
    journey = begin()
    for error, more in (
        (LabelMissing, {"label": " "}),
        (LabelMissing, {"label": "x" * 256}),
        (ReasonMissing, {"label": "Logo", "reason": ""}),
        (TaskNotFound, {"label": "Logo", "task_id": UUID(int=1)}),
    ):
        with pytest.raises(error):
            act(request_artifact, journey, **{"task_id": None, "required": True, **more})
    assert (journey.artifacts.count(), Interaction.objects.count()) == (1, 0)
