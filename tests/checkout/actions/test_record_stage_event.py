"""A stage event moves the order and its checkout together, once."""

from datetime import timedelta
from uuid import uuid4

import pytest

from checkout.actions.record_stage_event import StageReport, record_stage_event
from checkout.errors import OrderNotFound, StageEventRefused
from checkout.models import Orchestration, Order
from checkout.rules.position import Step
from checkout.rules.stage_events import Outcome
from checkout.states import Stage, StageStatus
from smplat.outbox.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(now):
    def report(order, stage, status, *, payload=None, note="", next_action_at=None, metadata_patch=None, at=now):
        said = StageReport(
            step=Step(Stage(stage), StageStatus(status)),
            note=note,
            payload=payload or {},
            next_action_at=next_action_at,
            metadata_patch=metadata_patch or {},
            occurred_at=at,
        )
        recorded = record_stage_event(order_id=order.pk, report=said, now=now)
        order.refresh_from_db()
        return recorded

    return report


def log(order):
    return [(e.stage, e.status) for e in order.orchestration.events.order_by("created_at", "id")]


def test_completing_payment_makes_the_order_processing_and_says_so(place, report):
    order = place()
    report(order, "payment", "completed", note="card ok")
    assert order.status == "processing"
    assert log(order) == [("payment", "not_started"), ("payment", "completed"), ("verification", "not_started")]
    change = order.state_events.get()
    assert (change.from_status, change.to_status, change.actor_type) == ("pending", "processing", "system")


def test_paid_is_announced_once_however_often_it_is_reported(place, report, paid_messages):
    order = place()
    report(order, "payment", "completed")
    report(order, "payment", "completed")
    assert paid_messages(order) == 1
    assert log(order).count(("payment", "completed")) == 1


def test_walking_through_every_stage_completes_the_order(place, report, now):
    order = place()
    for stage in ("payment", "verification", "loyalty_hold", "fulfillment"):
        report(order, stage, "in_progress")
        report(order, stage, "completed")
    checkout = order.orchestration
    assert (order.status, checkout.current_stage, checkout.stage_status) == ("completed", "completed", "completed")
    assert (checkout.started_at, checkout.completed_at, checkout.recovery_due_at) == (now, now, None)


def test_a_repetition_writes_nothing(place, report):
    order = place()
    report(order, "payment", "in_progress", payload={"try": 1})
    before = Orchestration.objects.filter(order=order).values().get()
    assert report(order, "payment", "in_progress", payload={"try": 1}).outcome is Outcome.REPEAT
    assert Orchestration.objects.filter(order=order).values().get() == before
    assert len(log(order)) == 2


def test_an_event_that_makes_no_sense_is_refused_with_the_current_state(place, report):
    order = place()
    with pytest.raises(StageEventRefused) as refused:
        report(order, "fulfillment", "completed")
    assert refused.value.extra == {
        "reason": "stage-not-current",
        "orderStatus": "pending",
        "currentStage": "payment",
        "stageStatus": "not_started",
    }
    assert log(order) == [("payment", "not_started")]
    assert not Message.objects.exists()


def test_waiting_keeps_the_agreed_time_and_recovery_waits_for_it(place, report, now):
    order = place()
    until = now + timedelta(hours=6)
    report(order, "payment", "waiting", next_action_at=until, metadata_patch={"attempt": 2})
    checkout = order.orchestration
    assert (checkout.next_action_at, checkout.metadata) == (until, {"attempt": 2})
    assert checkout.recovery_due_at == until + timedelta(minutes=30)


def position_of(order):
    return Orchestration.objects.values(
        "last_transition_at", "stage_entered_at", "next_action_at", "recovery_due_at", "failed_at"
    ).get(order=order)


@pytest.mark.parametrize("status", ["in_progress", "waiting", "failed"])
def test_a_remark_is_written_down_and_the_patience_does_not_begin_anew(place, report, now, status):
    order = place(placed_at=now - timedelta(hours=2))
    Order.objects.update(is_backdated=False)
    until = now + timedelta(hours=6) if status == "waiting" else None
    report(order, "payment", status, note="card declined", next_action_at=until, at=now - timedelta(hours=1))
    before = position_of(order)
    said = report(order, "payment", status, note="the bank was called", metadata_patch={"agent": "bo"})
    assert said.outcome is Outcome.RECORD
    assert position_of(order) == before
    notes = order.orchestration.events.order_by("created_at", "id").values_list("transition_note", flat=True)
    assert list(notes) == ["created", "card declined", "the bank was called"]
    assert Orchestration.objects.get().metadata == {"agent": "bo"}


def test_a_remark_does_not_wake_what_is_at_rest(place, report):
    order = place()
    report(order, "payment", "in_progress")
    Orchestration.objects.update(recovery_due_at=None)
    report(order, "payment", "in_progress", note="still nothing")
    assert position_of(order)["recovery_due_at"] is None


def test_another_moment_is_agreed_also_with_the_same_words(place, report, now):
    order = place()
    report(order, "payment", "waiting", next_action_at=now + timedelta(hours=6))
    later = now + timedelta(hours=30)
    assert report(order, "payment", "waiting", next_action_at=later).outcome is Outcome.MOVE
    assert position_of(order)["next_action_at"] == later
    assert position_of(order)["recovery_due_at"] == later + timedelta(minutes=30)
    assert report(order, "payment", "waiting", next_action_at=later).outcome is Outcome.REPEAT


def test_no_moment_is_agreed_for_a_canceled_order(place, report, now):
    order = place()
    report(order, "payment", "waiting", next_action_at=now + timedelta(hours=6))
    Order.objects.update(status="canceled")
    with pytest.raises(StageEventRefused):
        report(order, "payment", "waiting", next_action_at=now + timedelta(hours=30))


def test_another_payment_part_is_movement(place, report, now):
    order = place(placed_at=now - timedelta(hours=2))
    Order.objects.update(is_backdated=False)
    part = {"method": "voucher", "amount": 49.0}
    report(order, "payment", "in_progress", payload={**part, "sequence": 1}, at=now - timedelta(hours=1))
    report(order, "payment", "in_progress", payload={**part, "sequence": 2})
    assert position_of(order)["last_transition_at"] == now
    assert position_of(order)["recovery_due_at"] == now + timedelta(minutes=90)


def test_a_failure_is_marked_until_it_is_retried(place, report, now):
    order = place()
    report(order, "payment", "failed")
    assert order.orchestration.failed_at == now
    report(order, "payment", "in_progress")
    order = type(order).objects.get(pk=order.pk)
    assert order.orchestration.failed_at is None


def test_payment_parts_add_up_and_a_late_one_is_kept(place, report):
    order = place()
    report(order, "payment", "in_progress", payload={"method": "voucher", "amount": 49.0, "sequence": 1})
    report(order, "payment", "in_progress", payload={"method": "card", "amount": 90.0, "sequence": 2})
    report(order, "payment", "completed")
    late = report(order, "payment", "in_progress", payload={"method": "card", "amount": 10.0, "sequence": 3})
    again = report(order, "payment", "in_progress", payload={"method": "card", "amount": 10.0, "sequence": 3})
    assert (late.outcome, again.outcome) == (Outcome.RECORD, Outcome.REPEAT)
    amounts = order.orchestration.events.filter(payload__has_key="amount").values_list("payload__amount", flat=True)
    assert sorted(amounts) == [10.0, 49.0, 90.0]
    assert order.status == "processing"


def test_an_unknown_order_is_not_found(report, place):
    order = place()
    order.pk = uuid4()
    with pytest.raises(OrderNotFound):
        report(order, "payment", "completed")
