"""Stories that came to their end are told again for other people on other days, whole and by themselves."""

from datetime import timedelta

import pytest

from analytics.sample_store.repeats import FAIR_AGE, REACHES_BACK, leave_room_for_numbers, read_settled, repeat_settled
from checkout.models import Customer, Escalation, Orchestration, Order, RecoveryAssignment
from onboarding.actions.record_experiments import Experiment, record_experiments
from onboarding.actions.sweep_nudges import sweep_nudges
from onboarding.actions.toggle_task import toggle_task
from onboarding.models import ExperimentOrder, Interaction, Journey, NudgeDecision
from onboarding.queries.records import compare_journeys
from onboarding.states import ActorType
from smplat.ids import new_id
from smplat.outbox.choices import State
from smplat.outbox.models import Message
from tests.onboarding.conftest import _defaults, begin, new_order, now, place, product, provider

__all__ = ["_defaults", "begin", "new_order", "now", "place", "product", "provider"]

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def settled(begin, now):
    """A client who was reminded once and did everything two days later."""
    leave_room_for_numbers()
    journey = begin()
    record_experiments(order_id=journey.order_id, experiments=[Experiment("winter-price", "b")], now=now)
    sweep_nudges(sweep_id=new_id(), limit=9, now=now + DAY)
    Message.objects.filter(topic="onboarding.nudge").update(state=State.DELIVERED, delivered_at=now + DAY)
    for task in journey.tasks.all():
        toggle_task(
            order_id=journey.order_id, task_id=task.pk, completed=True, actor=ActorType.CLIENT, now=now + 2 * DAY
        )
    Orchestration.objects.update(recovery_due_at=None)
    return journey


def test_a_story_is_told_again_only_where_it_has_come_to_its_end_by_now(settled, now):
    settled.tasks.update(completed_at=now + 9 * DAY)
    until = now + 30 * DAY
    repeat_settled(seed=7, until=until)
    newest = Order.objects.latest("created_at").created_at
    assert until - 11 * DAY < newest < until - 9 * DAY


def test_young_stories_are_not_repeated_since_those_that_ended_already_ended_early(settled, now):
    assert len(read_settled(until=now + FAIR_AGE + DAY)) == 1
    assert read_settled(until=now + FAIR_AGE) == []


def test_every_repeat_is_a_whole_story_of_its_own_person_and_time(settled, now):
    until = now + 30 * DAY
    added = repeat_settled(seed=7, until=until)
    assert added > 300
    assert Order.objects.count() == Journey.objects.count() == Customer.objects.count() == added + 1
    assert Customer.objects.values("email").distinct().count() == added + 1
    assert (
        Order.objects.filter(created_at__gte=until - REACHES_BACK - 2 * DAY, created_at__lt=until).count() == added + 1
    )
    assert (Interaction.objects.count(), NudgeDecision.objects.count()) == (4 * (added + 1), 3 * (added + 1))
    assert ExperimentOrder.objects.filter(variant_key="").count() == added + 1
    # A message tells of its own interaction, and nobody's name or link is left in it.
    told = Interaction.objects.filter(message_id__isnull=False)
    assert set(told.values_list("message_id", flat=True)) == set(
        Message.objects.filter(topic="onboarding.nudge").values_list("pk", flat=True)
    )
    assert Message.objects.filter(topic="onboarding.nudge", payload={}).count() == added


def test_a_repeated_journey_agrees_with_its_log(settled, now):
    repeat_settled(seed=7, until=now + 30 * DAY)
    journeys = Journey.objects.values_list("pk", flat=True)[:50]
    assert {one.differences for one in compare_journeys(list(journeys))} == {()}


def test_the_same_seed_repeats_the_same_and_numbers_grow_with_time(settled, now):
    repeat_settled(seed=7, until=now + 30 * DAY)
    numbers = Order.objects.exclude(pk=settled.order_id).order_by("created_at").values_list("order_number", flat=True)
    assert list(numbers) == sorted(numbers)
    assert max(numbers) == "SM000600" < settled.order.order_number


@pytest.mark.parametrize("turn", ["client", "nobody"])
def test_a_canceled_order_is_repeated_once_its_journey_was_told(turn, begin, now):
    journey = begin()
    Order.objects.update(status="canceled")
    Orchestration.objects.update(recovery_due_at=None)
    Journey.objects.filter(pk=journey.pk).update(turn=turn)
    assert len(read_settled(until=now + 30 * DAY)) == (turn == "nobody")


@pytest.mark.parametrize("arm", ["holdout", "prompted"])
def test_who_was_held_out_is_not_repeated(arm, settled, now):
    RecoveryAssignment.objects.create(order=settled.order, stage="payment", policy_version=1, arm=arm, assigned_at=now)
    assert len(read_settled(until=now + 30 * DAY)) == (arm == "prompted")


@pytest.mark.parametrize("why", ["due", "called", "lost"])
def test_what_still_waits_for_somebody_is_not_repeated(why, settled, now):
    if why == "due":
        Orchestration.objects.update(recovery_due_at=now)
    elif why == "lost":
        Message.objects.filter(topic="onboarding.nudge").update(state=State.DEAD, delivered_at=None)
    else:
        Escalation.objects.create(
            order=settled.order, stage="payment", reason="prompts-exhausted", opened_at=now, deadline_at=now
        )
    assert read_settled(until=now + 30 * DAY) == []
