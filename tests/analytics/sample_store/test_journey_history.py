"""Clients of the made-up past walk through their checklists and are reminded by the real sweep, the same for the same seed."""

from datetime import timedelta

import pytest

from analytics.sample_store.journey_history import JourneyHistory
from analytics.sample_store.timeline import Timeline
from checkout.models import Order
from onboarding.models import ExperimentSegment, Interaction, Journey, NudgeDecision
from smplat.outbox.models import Message
from tests.checkout.conftest import NOW
from tests.onboarding.conftest import _defaults, new_order, now, place, product, provider

__all__ = ["_defaults", "new_order", "now", "place", "product", "provider"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_defaults")]
UNTIL = NOW + timedelta(days=10)


@pytest.fixture
def walk():
    """Plays the journeys of orders that were paid an hour after they were placed, swept every six hours."""

    def play(orders):
        timeline = Timeline(UNTIL)
        history = JourneyHistory(7, timeline)
        for order in orders:
            timeline.add(order.created_at + timedelta(hours=1), lambda at, order=order: history.begin(order.pk, at))
        for number in range(1, 40):
            timeline.add(NOW + number * timedelta(hours=6), history.sweep)
        known = Journey.objects.count()
        timeline.run()
        return Journey.objects.count() - known

    return play


@pytest.fixture
def orders(place):
    return [place(placed_at=NOW + timedelta(hours=number)) for number in range(12)]


def test_every_paid_order_has_a_journey_of_its_time_and_a_second_run_adds_none(orders, walk):
    assert walk(orders) == 12
    assert Journey.objects.order_by("started_at").first().started_at == NOW + timedelta(hours=1)
    assert ExperimentSegment.objects.exists()
    told = (Interaction.objects.count(), ExperimentSegment.objects.count(), Message.objects.count())
    assert walk(orders) == 0
    assert (Interaction.objects.count(), ExperimentSegment.objects.count(), Message.objects.count()) == told


def test_clients_have_different_paces_and_nothing_happens_after_the_end(orders, walk):
    walk(orders)
    assert len(set(Journey.objects.values_list("progress_percentage", flat=True))) > 1
    assert not Interaction.objects.filter(created_at__gte=UNTIL).exists()


def test_who_falls_silent_was_reminded_in_the_past_and_is_due_again_at_another_time(orders, walk):
    walk(orders)
    reminders = Message.objects.filter(topic="onboarding.nudge")
    assert len(set(reminders.values_list("created_at", flat=True))) > 3
    assert NudgeDecision.objects.filter(action="nudge").count() >= reminders.count() > 0
    assert not Journey.objects.filter(nudge_due_at__lte=UNTIL - timedelta(hours=6)).exists()


def test_a_canceled_order_is_not_walked_on(orders, walk):
    Order.objects.update(status="canceled")
    walk(orders)
    assert (Journey.objects.count(), Interaction.objects.count()) == (12, 0)
