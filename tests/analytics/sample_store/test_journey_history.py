"""Clients of the made-up past walk through their checklists, each once and the same for the same seed."""

from datetime import timedelta

import pytest

from analytics.sample_store.journey_history import walk_journeys
from checkout.models import OrchestrationEvent, Order
from onboarding.models import ExperimentSegment, Interaction, Journey
from tests.checkout.conftest import NOW
from tests.onboarding.conftest import _defaults, new_order, now, place, product, provider

__all__ = ["_defaults", "new_order", "now", "place", "product", "provider"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_defaults")]
UNTIL = NOW + timedelta(days=10)


@pytest.fixture
def paid(place):
    """Makes orders that were paid an hour after they were placed, a day apart."""

    def make(count):
        for number in range(count):
            order = place(placed_at=NOW + timedelta(hours=number))
            OrchestrationEvent.objects.create(
                orchestration=order.orchestration,
                stage="payment",
                status="completed",
                created_at=order.created_at + timedelta(hours=1),
            )

    return make


def test_every_paid_order_has_a_journey_of_its_time_and_a_second_run_adds_none(paid, place):
    paid(8)
    place()
    assert walk_journeys(seed=7, until=UNTIL) == 8
    assert Journey.objects.order_by("started_at").first().started_at == NOW + timedelta(hours=1)
    told = Interaction.objects.count()
    assert walk_journeys(seed=7, until=UNTIL) == 0
    assert Interaction.objects.count() == told


def test_clients_have_different_paces_and_nothing_happens_after_the_end(paid):
    paid(12)
    walk_journeys(seed=7, until=UNTIL)
    assert len(set(Journey.objects.values_list("progress_percentage", flat=True))) > 1
    assert ExperimentSegment.objects.exists()
    assert not Interaction.objects.filter(created_at__gte=UNTIL).exists()


def test_a_canceled_order_is_not_walked_on(paid):
    paid(6)
    Order.objects.update(status="canceled")
    walk_journeys(seed=7, until=UNTIL)
    assert (Journey.objects.count(), Interaction.objects.count()) == (6, 0)
