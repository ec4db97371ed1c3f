"""A sweep beside another sweep, an opt-out or a completion: whatever the order, nobody hears from us twice or in vain."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection

from checkout.customers import CustomerDetails
from checkout.models import Customer
from onboarding.actions.sweep_nudges import sweep_nudges
from onboarding.actions.toggle_task import toggle_task
from onboarding.models import Journey, Task
from onboarding.states import ActorType
from onboarding.sweep import run_sweep
from smplat.db import transaction
from smplat.ids import new_id
from smplat.outbox.actions.change_preferences import change_preferences
from smplat.outbox.choices import Category, ChangeSource, State
from smplat.outbox.models import Message
from smplat.outbox.relay import relay_channel
from tests.checkout.test_races import together

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(hours=24)


def nudges():
    return Message.objects.filter(topic="onboarding.nudge")


def sweep(at):
    return sweep_nudges(sweep_id=new_id(), limit=2, now=at)


def test_eight_sweeps_at_once_write_to_each_client_once(begin, place, now):
    for number in range(6):
        customer = CustomerDetails(email=f"{number}@example.test")
        begin(place(customer=customer)), begin(place(customer=customer))
    at = now + DAY
    together(*[lambda: run_sweep(clock=lambda: at, until=at + DAY)] * 8)
    run_sweep(clock=lambda: at, until=at + DAY)
    assert sorted(nudges().values_list("recipient", flat=True)) == [f"{number}@example.test" for number in range(6)]
    assert not Journey.objects.filter(nudge_due_at__lte=at).exists()


def test_a_client_somebody_else_decides_about_is_left_to_them(begin, now):
    """Another sweep holds the client's row: ours takes neither journey, and both stay due."""
    journey = begin()
    is_held, may_go = Event(), Event()

    def hold():
        try:
            with transaction():
                Customer.objects.select_for_update(no_key=True).get(pk=journey.order.customer_id)
                is_held.set()
                may_go.wait(30)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        holder = pool.submit(hold)
        is_held.wait(30)
        assert sweep(now + DAY).journeys == 0
        may_go.set()
        holder.result()
    assert not nudges().exists()
    assert sweep(now + DAY).clients == 1


def test_a_task_being_completed_is_not_chased(begin, now):
    """The completion holds the journey and has not committed: the sweep passes it over, and finds it settled afterwards."""
    journey = begin()
    is_held, may_go = Event(), Event()

    def complete():
        try:
            with transaction():
                Journey.objects.select_for_update().get(pk=journey.pk)
                is_held.set()
                may_go.wait(30)
            for task in Task.objects.filter(journey=journey):
                toggle_task(
                    order_id=journey.order_id, task_id=task.pk, completed=True, actor=ActorType.CLIENT, now=now + DAY
                )
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        completing = pool.submit(complete)
        is_held.wait(30)
        assert sweep(now + DAY).journeys == 0
        may_go.set()
        completing.result()
    assert sweep(now + 2 * DAY).journeys == 0
    assert not nudges().exists()


def test_completion_and_sweep_at_once_end_in_either_order_and_never_in_both(begin, now):
    journey, at = begin(), now + DAY
    tasks = list(journey.tasks.values_list("pk", flat=True))

    def complete():
        for task in tasks:
            toggle_task(order_id=journey.order_id, task_id=task, completed=True, actor=ActorType.CLIENT, now=at)

    results = together(complete, lambda: sweep(at))
    assert not [result for result in results if isinstance(result, Exception)]
    journey.refresh_from_db()
    assert (journey.status, journey.nudge_due_at) == ("completed", None)
    assert nudges().count() == bool(journey.tasks.filter(nudges_sent=1))


def test_an_opt_out_between_sweep_and_relay_holds(begin, settings, now):
    settings.EMAIL_HOST, settings.DEFAULT_FROM_EMAIL = "127.0.0.1", "hello@shop.example"
    journey = begin()
    sweep(now + DAY)
    wants = {Category.ONBOARDING: False}
    change_preferences(recipient_id=journey.order.customer_id, wants=wants, source=ChangeSource.LINK, now=now + DAY)
    relay_channel("email", clock=lambda: now + DAY, until=now + 2 * DAY)
    assert nudges().values_list("state", "suppressed_because").get() == (State.SUPPRESSED, "opted-out")
