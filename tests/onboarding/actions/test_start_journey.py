"""The first call makes the journey; the following ones only add to it."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from checkout.errors import OrderNotFound
from onboarding.actions.start_journey import Introduction, start_journey
from onboarding.models import Artifact, Journey, JourneyEvent, SlaTurn


def test_the_first_call_makes_a_journey_of_the_default_template(begin, now):
    journey = begin()
    tasks = journey.tasks.order_by("sort_order")
    assert (journey.status, journey.progress_percentage, journey.started_at) == ("active", Decimal(0), now)
    assert [task.slug for task in tasks] == ["intake", "assets", "collaboration"]
    assert [task.due_at - now for task in tasks] == [timedelta(days=2), timedelta(days=4), timedelta(days=7)]
    assert [event.event_type for event in journey.events.all()] == ["journey_started"]
    assert list(SlaTurn.objects.values_list("side", "reason")) == [("client", "task-open")]
    assert Artifact.objects.get().label == "Creative files"


def test_the_first_reminder_is_due_a_day_after_the_start(begin, now):
    assert begin().nudge_due_at == now + timedelta(days=1)


def test_what_is_left_out_stays_as_it_was(begin, now):
    journey = begin(referral_code="SMPLAT-1", context={"offer": {"slug": "pack"}})
    start_journey(order_id=journey.order_id, introduction=Introduction(context={"support": {}, "offer": None}), now=now)
    journey.refresh_from_db()
    assert (journey.referral_code, journey.context) == ("SMPLAT-1", {"offer": {"slug": "pack"}, "support": {}})


def test_saying_it_twice_changes_nothing(begin, now):
    journey = begin(referral_code="SMPLAT-1")
    again = start_journey(
        order_id=journey.order_id,
        introduction=Introduction(referral_code="SMPLAT-1"),
        now=now + timedelta(hours=1),
    )
    assert (again.journey_id, again.is_new) == (journey.pk, False)
    assert Journey.objects.get().updated_at == now
    assert JourneyEvent.objects.count() == 1


@pytest.mark.django_db
def test_an_unknown_order_makes_no_journey(now):
    with pytest.raises(OrderNotFound):
        start_journey(order_id=UUID(int=7), introduction=Introduction(), now=now)
    assert not Journey.objects.exists()
