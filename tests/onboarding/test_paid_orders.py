"""A paid order opens its journey, delivered through the outbox; delivered twice it opens one."""

from datetime import timedelta

import pytest

from checkout.actions.record_stage_event import StageReport, record_stage_event
from checkout.rules.position import Step
from checkout.states import Stage, StageStatus
from onboarding.handlers import follow_order, open_journey_of_paid_order
from onboarding.models import Journey, JourneyEvent
from smplat import clock
from smplat.outbox.channels.event import Delivery
from smplat.outbox.models import Message
from smplat.outbox.relay import relay_channel

MINUTE = timedelta(minutes=1)


@pytest.fixture
def pay(place, now):
    def pay():
        order = place()
        report = StageReport(Step(Stage.PAYMENT, StageStatus.COMPLETED), "card ok", {}, None, {}, now)
        record_stage_event(order_id=order.pk, report=report, now=now)
        return order

    return pay


@pytest.mark.usefixtures("_defaults")
@pytest.mark.django_db(transaction=True)
def test_the_relay_opens_the_journey_of_a_paid_order(pay, now):
    order = pay()
    relay_channel("event", clock=clock.now, until=clock.now() + MINUTE)
    journey = Journey.objects.get()
    assert (journey.order_id, journey.status, journey.started_at) == (order.pk, "active", now)


@pytest.mark.usefixtures("_defaults")
@pytest.mark.django_db
def test_the_same_message_twice_opens_one(pay, now):
    order = pay()
    message = Message.objects.get(topic="checkout.order.paid", channel="event")
    delivery = Delivery(message.pk, message.topic, message.payload, message.created_at, now)
    for _ in range(2):
        open_journey_of_paid_order(delivery)
    assert Journey.objects.get().order_id == order.pk
    assert JourneyEvent.objects.filter(event_type="journey_started").count() == 1


@pytest.mark.usefixtures("_defaults")
@pytest.mark.django_db
def test_a_journey_that_the_storefront_began_goes_on(pay, begin, now):
    order = pay()
    journey = begin(order, referral_code="SMPLAT-1")
    message = Message.objects.get(topic="checkout.order.paid", channel="event")
    open_journey_of_paid_order(Delivery(message.pk, message.topic, message.payload, message.created_at, now))
    assert Journey.objects.get().referral_code == journey.referral_code


@pytest.mark.usefixtures("_defaults")
@pytest.mark.django_db
def test_opening_and_following_take_few_statements(pay, now, django_assert_max_num_queries):
    pay()
    paid, moved = (Message.objects.get(topic=f"checkout.order.{what}") for what in ("paid", "moved"))
    with django_assert_max_num_queries(16):
        open_journey_of_paid_order(Delivery(paid.pk, paid.topic, paid.payload, paid.created_at, now))
    # Both logs of holds and hand-ins, the policy, the journey with its tasks, and what is stored of it.
    with django_assert_max_num_queries(7):
        follow_order(Delivery(moved.pk, moved.topic, moved.payload, moved.created_at, now))
