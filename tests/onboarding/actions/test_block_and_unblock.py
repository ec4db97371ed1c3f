"""A blocked task waits on us; unblocked, it waits on the client again."""

import pytest

from onboarding.actions.block_task import block_task
from onboarding.actions.receive_artifact import receive_artifact
from onboarding.actions.skip_task import skip_task
from onboarding.actions.unblock_task import unblock_task
from onboarding.errors import ReasonMissing, TaskAlreadyDone
from onboarding.models import Interaction, JourneyEvent
from onboarding.states import ActorType

CHANGES = JourneyEvent.objects.filter(event_type="task_status_changed")


def test_a_blocked_task_passes_the_turn_to_us_and_does_not_move_the_journey(begin, act, now):
    journey = begin()
    assert act(block_task, journey, "intake").has_changed
    assert journey.tasks.get(slug="intake").status == "blocked"
    assert (journey.turn, journey.last_progress_at) == ("us", now)
    assert (CHANGES.get().status_before, CHANGES.get().status_after) == ("pending", "blocked")


def test_unblocked_it_is_the_clients_turn_again(begin, act):
    journey = begin()
    act(block_task, journey, "intake")
    assert act(unblock_task, journey, "intake").has_changed
    assert journey.tasks.get(slug="intake").status == "pending"
    assert journey.turn == "client"


def test_twice_is_once(begin, act):
    journey = begin()
    assert not act(unblock_task, journey, "intake").has_changed
    act(block_task, journey, "intake")
    assert not act(block_task, journey, "intake").has_changed
    assert (CHANGES.count(), Interaction.objects.count()) == (1, 1)


def test_a_finished_task_cannot_be_blocked(begin, act):
    journey = begin()
    act(skip_task, journey, "intake")
    with pytest.raises(TaskAlreadyDone):
        act(block_task, journey, "intake")
    assert CHANGES.count() == 1


def test_what_came_in_meanwhile_completes_an_unblocked_task(begin, act, now):
    journey = begin()
    act(block_task, journey, "assets")
    artifact = journey.artifacts.get()
    receive_artifact(
        journey_id=journey.pk,
        artifact_id=artifact.pk,
        url="https://files.example.test/logo.zip",
        actor=ActorType.CLIENT,
        now=now,
    )
    assert journey.tasks.get(slug="assets").status == "blocked"
    act(unblock_task, journey, "assets")
    assert journey.tasks.get(slug="assets").status == "completed"


def test_a_reason_is_needed(begin, act):
    journey = begin()
    for action in (block_task, unblock_task):
        with pytest.raises(ReasonMissing):
            act(action, journey, "intake", reason="")
    assert not CHANGES.exists()
