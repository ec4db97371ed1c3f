"""Ticking tasks moves the journey, in both directions."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from onboarding.actions.toggle_task import toggle_task
from onboarding.errors import TaskNotFound
from onboarding.models import Interaction, JourneyEvent, SlaTurn
from onboarding.states import ActorType

HOUR = timedelta(hours=1)


@pytest.fixture
def tick(now):
    def tick(journey, *slugs, completed=True, at=now):
        for slug in slugs:
            toggle_task(
                order_id=journey.order_id,
                task_id=journey.tasks.get(slug=slug).pk,
                completed=completed,
                actor=ActorType.CLIENT,
                now=at,
            )
        journey.refresh_from_db()

    return tick


def test_one_of_three_tasks_is_a_third(begin, tick, now):
    journey = begin()
    tick(journey, "intake", at=now + HOUR)
    assert (journey.status, journey.progress_percentage) == ("active", Decimal("33.33"))
    assert journey.tasks.get(slug="intake").completed_at == now + HOUR
    event = JourneyEvent.objects.get(event_type="task_status_changed")
    assert (event.status_before, event.status_after, event.metadata) == ("pending", "completed", {"actor": "client"})
    assert Interaction.objects.get().summary == "Completed: Tell us about your campaign"


def test_all_tasks_complete_the_journey_and_stop_the_clock(begin, tick, now):
    journey = begin()
    tick(journey, "intake", "assets", "collaboration", at=now + HOUR)
    assert (journey.status, journey.completed_at, journey.nudge_due_at) == ("completed", now + HOUR, None)
    assert list(SlaTurn.objects.order_by("id").values_list("side", flat=True)) == ["client", "nobody"]


def test_undoing_a_task_reopens_the_journey(begin, tick, now):
    journey = begin()
    tick(journey, "intake", "assets", "collaboration")
    tick(journey, "assets", completed=False, at=now + HOUR)
    assert (journey.status, journey.completed_at, journey.turn) == ("active", None, "client")
    assert journey.progress_percentage == Decimal("66.67")
    assert journey.tasks.get(slug="assets").completed_at is None


def test_asking_for_what_is_so_already_writes_nothing(begin, tick, now):
    journey = begin()
    tick(journey, "intake")
    tick(journey, "intake", at=now + HOUR)
    assert JourneyEvent.objects.filter(event_type="task_status_changed").count() == 1
    assert Interaction.objects.count() == 1
    assert journey.tasks.get(slug="intake").completed_at == now


def test_a_task_of_another_journey_is_not_found(begin, now):
    journey = begin()
    with pytest.raises(TaskNotFound):
        toggle_task(order_id=journey.order_id, task_id=UUID(int=9), completed=True, actor=ActorType.CLIENT, now=now)
    assert not Interaction.objects.exists()
