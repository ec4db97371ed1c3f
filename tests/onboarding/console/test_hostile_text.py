"""Whatever clients and storefronts write is shown and never obeyed: in the list, on a journey's pages, on the client's page."""

from datetime import timedelta
from itertools import cycle

import pytest
from django.test import Client
from django.urls import reverse

from checkout.links import Purpose, mint_token
from checkout.models import Customer, Order, OrderItem
from onboarding.models import Artifact, Interaction, Journey, Task
from smplat import clock
from tests.hostile import assert_shown_harmless, hostile_strings

pytestmark = pytest.mark.django_db
# As many as there are journeys, so that each text stands in one of its own.
JOURNEYS = 13


def texts() -> list[str]:
    found = hostile_strings()
    return found[:: len(found) // JOURNEYS][:JOURNEYS]


@pytest.fixture
def speak(begin, place):
    """Gives the text to everything that has words in one of a few journeys, one after the other."""
    pool = cycle([begin(place(customer=None), at=clock.now()) for _ in range(JOURNEYS)])

    def make(text: str) -> Journey:
        journey = next(pool)
        Journey.objects.filter(pk=journey.pk).update(referral_code=text)
        customer, _ = Customer.objects.update_or_create(
            pk=journey.order_id, defaults={"name": text, "created_at": clock.now()}
        )
        Order.objects.filter(pk=journey.order_id).update(customer=customer, notes=text)
        OrderItem.objects.filter(order=journey.order_id).update(product_title=text)
        Task.objects.filter(journey=journey).update(title=text, description=text)
        Artifact.objects.filter(journey=journey).update(label=text, url=text, received_at=clock.now())
        Interaction.objects.update_or_create(
            pk=journey.pk,
            defaults={
                "journey": journey,
                "actor_type": "client",
                "channel": "email",
                "summary": text,
                "details": text,
                "created_at": clock.now(),
            },
        )
        return journey

    return make


def pages_of_journey(journey: Journey) -> list[str]:
    task, key = journey.tasks.first(), [journey.pk]
    return [
        reverse("admin:onboarding_journey_changelist"),
        reverse("admin:onboarding_journey_change", args=key),
        reverse("admin:onboarding_remind", args=key),
        reverse("admin:onboarding_request_artifact", args=key),
        reverse("admin:onboarding_skip_task", args=[*key, task.pk]),
    ]


def test_in_the_console(speak, signed_in):
    assert_shown_harmless(signed_in("operator"), make=speak, pages=pages_of_journey, texts=texts())


def test_on_the_clients_page(speak):
    def pages(journey: Journey) -> list[str]:
        expires = clock.now() + timedelta(hours=1)
        return ["/c/" + mint_token(order_id=journey.order_id, purpose=Purpose.CHECKLIST, expires_at=expires)]

    assert_shown_harmless(Client(), make=speak, pages=pages, texts=texts())
