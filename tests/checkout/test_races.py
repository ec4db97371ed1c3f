"""Two at once: whatever the order, the outcome is as if one had come after the other."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from checkout.actions.change_order_status import change_order_status
from checkout.actions.create_order import create_order
from checkout.actions.record_stage_event import StageReport, record_stage_event
from checkout.actors import Actor
from checkout.errors import MovedMeanwhile
from checkout.models import Customer, OrchestrationEvent, Order, OrderStateEvent
from checkout.rules.position import START, Step
from checkout.states import ActorType, OrderStatus, Stage, StageStatus

pytestmark = pytest.mark.django_db(transaction=True)


def together(*calls: Any) -> list[Any]:
    def run(call):
        try:
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]


def test_one_completion_reported_eight_times_at_once_is_written_once(place, now, paid_messages):
    order = place()
    report = StageReport(Step(Stage.PAYMENT, StageStatus.COMPLETED), "card ok", {}, None, {}, now)
    results = together(*[lambda: record_stage_event(order_id=order.pk, report=report, now=now)] * 8)
    assert not [result for result in results if isinstance(result, Exception)]
    assert OrchestrationEvent.objects.filter(stage="payment", status="completed").count() == 1
    assert paid_messages(order) == 1
    assert Order.objects.get().status == "processing"


def test_first_orders_of_one_person_at_once_make_one_customer_and_different_numbers(new_order, now):
    place = lambda: create_order(new=new_order(), may_override_price=False, placed_at=now, now=now)  # noqa: E731
    results = together(*[place] * 6)
    assert len({result.order.order_number for result in results}) == 6
    assert Customer.objects.count() == 1


def test_of_two_people_who_decide_on_the_same_order_at_once_one_moves_it_and_the_other_is_told(place, now):
    order = place()
    by = Actor(ActorType.OPERATOR, label="desk")
    rest = {"by": by, "notes": "", "metadata": None, "occurred_at": now, "now": now, "seen": START}
    results = together(
        lambda: change_order_status(order_id=order.pk, wanted=OrderStatus.PROCESSING, **rest),
        lambda: change_order_status(order_id=order.pk, wanted=OrderStatus.CANCELED, **rest),
    )
    assert [type(result) for result in results if isinstance(result, Exception)] == [MovedMeanwhile]
    assert OrderStateEvent.objects.count() == 1
