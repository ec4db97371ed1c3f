"""Everything that locks orders, checkouts and journeys at once: nobody waits for ever, and nobody waits for what needs no lock."""

import json
import random
from datetime import timedelta
from threading import Barrier, Event
from typing import Any

import pytest
from django.test import Client

from checkout.actions.erase_customer import erase_customer
from checkout.actions.sweep_checkouts import sweep_checkouts
from checkout.actions.update_recovery_policy import PolicySettings, update_recovery_policy
from checkout.models import Orchestration, OrchestrationEvent, Order, RecoveryPolicy
from checkout.positions import hold_order
from checkout.states import OrderStatus, Stage, StageStatus
from onboarding.actions import update_nudge_policy as nudge_policy
from onboarding.actions.change_journeys import change_journeys
from onboarding.actions.erase_client import erase_client
from onboarding.actions.sweep_nudges import sweep_nudges
from onboarding.actions.toggle_task import toggle_task
from onboarding.clock_sweep import keep_clocks
from onboarding.models import Journey, NudgePolicy, Task
from onboarding.queries.records import compare_journeys
from onboarding.rules.bulk_changes import ShiftDueTimes
from onboarding.states import ActorType
from smplat import clock
from smplat.db import transaction
from smplat.ids import new_id
from smplat.outbox.choices import Channel
from smplat.outbox.models import Message
from smplat.outbox.relay import relay_channel
from tests.checkout.test_races import together
from tests.checkout.test_recovery_races import eventually, waiting_locks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("_defaults")]
KEY = "storefront-key-for-tests"
ORDERS, ROUNDS = 4, 10
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _storefront(settings: Any) -> None:
    settings.CHECKOUT_API_KEY = KEY
    settings.THROTTLE_SECRET_PER_MINUTE = 1_000_000


def send(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """As a storefront does; what breaks answers 500 instead of raising."""
    client = Client(raise_request_exception=False)
    data = "" if body is None else json.dumps(body)
    response = client.generic(
        method, f"/api/v1/{path}", data, content_type="application/json", headers={"X-API-Key": KEY}
    )
    assert response.status_code < 500, f"{method} {path} {body}: {response.content.decode()}"
    return response


class Hammer:
    """What happens to a few orders, each as often as all the others at the same time."""

    def __init__(self, orders: list[Any]) -> None:
        self.orders = orders
        self.customers = {order.customer_id for order in orders}

    def report_stages(self, chance: random.Random) -> None:
        stage, status = chance.choice(list(Stage)), chance.choice(list(StageStatus))
        order = chance.choice(self.orders)
        send("POST", f"checkout/orchestrations/{order.pk}/events", {"stage": stage.value, "status": status.value})

    def move_orders(self, chance: random.Random) -> None:
        status = chance.choice([OrderStatus.PROCESSING, OrderStatus.ACTIVE, OrderStatus.ON_HOLD, OrderStatus.COMPLETED])
        send("PATCH", f"orders/{chance.choice(self.orders).pk}/status", {"status": status.value})

    def call_first(self, chance: random.Random) -> None:
        order = chance.choice(self.orders)
        send("POST", f"orders/{order.pk}/onboarding", {"referralCode": f"CODE-{chance.randrange(9)}"})
        experiments = [{"slug": "prices", "variantKey": "a"}]
        send("POST", f"orders/{order.pk}/onboarding/pricing-experiments", {"experiments": experiments})

    def toggle(self, chance: random.Random) -> None:
        order = chance.choice(self.orders)
        tasks = list(Task.objects.filter(journey__order=order, dropped_at__isnull=True).values_list("pk", flat=True))
        if tasks:
            path = f"orders/{order.pk}/onboarding/tasks/{chance.choice(tasks)}"
            send("PATCH", path, {"completed": chance.random() < 0.5, "actor": "client"})

    def sweep(self, chance: random.Random) -> None:
        Orchestration.objects.filter(order=self.orders[0]).update(recovery_due_at=clock.now() - MINUTE)
        sweep_checkouts(sweep_id=new_id(), limit=3, now=clock.now())

    def nudge(self, chance: random.Random) -> None:
        Journey.objects.filter(order=self.orders[1]).update(nudge_due_at=clock.now() - MINUTE)
        sweep_nudges(sweep_id=new_id(), limit=3, now=clock.now())

    def keep_clocks(self, chance: random.Random) -> None:
        keep_clocks(clock=clock.now)

    def relay(self, chance: random.Random) -> None:
        relay_channel(Channel.EVENT, clock=clock.now, until=clock.now() + MINUTE)

    def change_policies(self, chance: random.Random) -> None:
        policy = RecoveryPolicy.objects.get(stage=Stage.PAYMENT)
        names = PolicySettings.__dataclass_fields__
        wanted = PolicySettings(**{name: getattr(policy, name) for name in names})
        update_recovery_policy(stage=Stage.PAYMENT, wanted=wanted, version=policy.version, now=clock.now())
        nudges = NudgePolicy.objects.get()
        names = nudge_policy.PolicySettings.__dataclass_fields__
        settings = nudge_policy.PolicySettings(**{name: getattr(nudges, name) for name in names})
        nudge_policy.update_nudge_policy(wanted=settings, version=nudges.version, now=clock.now())

    def change_many(self, chance: random.Random) -> None:
        journeys = list(Journey.objects.values_list("pk", flat=True))
        chance.shuffle(journeys)
        change = ShiftDueTimes(by=timedelta(hours=1))
        change_journeys(
            journey_ids=journeys, change=change, expected_digest="", reason="late", by="ada", now=clock.now()
        )

    def erase(self, chance: random.Random) -> None:
        customer = chance.choice(sorted(self.customers))
        erase_customer(customer_id=customer, now=clock.now())
        erase_client(customer_id=customer, now=clock.now())


@pytest.mark.timeout(600)
def test_all_at_once_on_the_same_orders_nobody_deadlocks_and_no_call_breaks(place):
    hammer = Hammer([place() for _ in range(ORDERS)])
    blows = [
        *(hammer.report_stages, hammer.move_orders, hammer.call_first, hammer.toggle, hammer.sweep, hammer.nudge),
        *(hammer.keep_clocks, hammer.relay, hammer.change_policies, hammer.change_many, hammer.erase),
    ]
    barrier = Barrier(len(blows))

    def strike(number, blow):
        chance = random.Random(number)
        barrier.wait()
        for _ in range(ROUNDS):
            blow(chance)

    results = together(*[lambda number=number, blow=blow: strike(number, blow) for number, blow in enumerate(blows)])
    assert [result for result in results if result is not None] == []
    relay_channel(Channel.EVENT, clock=lambda: clock.now() + MINUTE, until=clock.now() + 2 * MINUTE)
    assert list(Message.objects.exclude(last_error="").values_list("topic", "last_error")) == []
    # Whatever the order of events was, both rows tell the same story as their logs.
    for order in hammer.orders:
        order.refresh_from_db()
        assert OrchestrationEvent.objects.filter(orchestration=order.orchestration).exists()
    journeys = list(Journey.objects.values_list("pk", flat=True))
    assert [one.differences for one in compare_journeys(journeys) if one.differences] == []


def test_work_on_a_journey_does_not_wait_for_whoever_holds_its_order(begin, now):
    journey = begin()
    task = journey.tasks.first()
    is_held, is_toggled = Event(), Event()

    def hold():
        with transaction():
            hold_order(order_id=journey.order_id, now=now)
            is_held.set()
            assert is_toggled.wait(30)

    def toggle():
        assert is_held.wait(30)
        toggle_task(order_id=journey.order_id, task_id=task.pk, completed=True, actor=ActorType.CLIENT, now=now)
        is_toggled.set()

    assert [one for one in together(hold, toggle) if one is not None] == []
    assert is_toggled.is_set()


@pytest.mark.parametrize("what", ["checkouts", "journeys"])
def test_a_change_of_policy_locks_in_the_order_of_ids_wherever_the_rows_lie(begin, place, now, what):
    begin(place()), begin(place())
    model = Orchestration if what == "checkouts" else Journey
    first, second = model.objects.order_by("pk")
    # New versions of the first rows lie behind the second ones.
    for moved in (model.objects.filter(pk=first.pk), Order.objects.filter(pk=first.order_id)):
        moved.update(updated_at=now + MINUTE)
    hammer, is_held = Hammer([]), Event()

    def hold_both():
        with transaction():
            model.objects.select_for_update(no_key=True).get(pk=first.pk)
            is_held.set()
            assert eventually(lambda: waiting_locks() == 1)
            # A policy that holds the second meanwhile would wait for us while we wait for it.
            model.objects.select_for_update(no_key=True).get(pk=second.pk)

    def change():
        assert is_held.wait(30)
        hammer.change_policies(random.Random(1))

    assert [one for one in together(hold_both, change) if one is not None] == []


def test_erasing_a_customer_locks_in_the_order_of_ids_wherever_the_rows_lie(place, now):
    orders = [place(), place()]
    Orchestration.objects.update(metadata={"said": "hello"})
    first, second = Orchestration.objects.order_by("order_id")
    Orchestration.objects.filter(pk=first.pk).update(updated_at=now + MINUTE)
    is_held = Event()

    def hold_both():
        with transaction():
            hold_order(order_id=first.order_id, now=now)
            is_held.set()
            assert eventually(lambda: waiting_locks() == 1)
            hold_order(order_id=second.order_id, now=now)

    def erase():
        assert is_held.wait(30)
        erase_customer(customer_id=orders[0].customer_id, now=now)

    assert [one for one in together(hold_both, erase) if one is not None] == []
    assert list(Orchestration.objects.values_list("metadata", flat=True)) == [{}, {}]
