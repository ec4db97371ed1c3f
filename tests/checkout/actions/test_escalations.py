"""A stalled order becomes the work of exactly one person, is called again when nobody takes it, and ends by itself."""

from datetime import timedelta
from uuid import uuid4

import pytest

from checkout.actions.acknowledge_escalation import acknowledge_escalation
from checkout.actions.call_escalations_again import Called, call_escalations_again
from checkout.actions.change_order_status import change_order_status
from checkout.actions.escalate_order import escalate_order
from checkout.actions.record_stage_event import StageReport, record_stage_event
from checkout.actions.resolve_escalation import resolve_escalation
from checkout.errors import AlreadyEscalated, EscalationNotFound, EscalationOver, EscalationTaken, NothingToRecover
from checkout.models import Escalation
from checkout.rules.position import Step
from checkout.states import OrderStatus, Stage, StageStatus
from smplat import history
from tests.checkout.recovery import ADA, HOUR, LATER, calls, set_policy

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _operations_are_told(db):
    set_policy(escalation_channel="operations", escalation_deadline_minutes=60)


@pytest.fixture
def order(place):
    return place()


@pytest.fixture
def escalation(order):
    escalate_order(order_id=order.pk, note="customer is angry", now=LATER)
    return Escalation.objects.get()


def texts():
    return [(call.payload["what"], call.payload["more"], call.payload["times_called"]) for call in calls()]


def test_an_escalation_has_a_deadline_and_is_told_in_slack(order):
    with history.acting(who="user:ada"):
        escalated = escalate_order(order_id=order.pk, note="customer is angry", now=LATER)
    assert escalated.deadline_at == LATER + HOUR
    (call,) = calls()
    assert (call.channel, call.recipient) == ("slack", "operations")
    assert call.payload["order_number"] == order.order_number
    assert (call.payload["stage"], call.payload["reason"]) == ("Payment", "Called by an operator")
    assert Escalation.pgh_event_model.objects.get().pgh_context["who"] == "user:ada"


def test_without_a_channel_only_the_console_knows(order):
    set_policy(escalation_channel="")
    escalate_order(order_id=order.pk, note="", now=LATER)
    assert (Escalation.objects.count(), calls()) == (1, [])


def test_an_order_has_one_open_escalation(order, escalation):
    with pytest.raises(AlreadyEscalated):
        escalate_order(order_id=order.pk, note="again", now=LATER)
    assert len(calls()) == 1


def test_an_order_that_is_over_is_not_escalated(order):
    type(order).objects.filter(pk=order.pk).update(status="canceled")
    with pytest.raises(NothingToRecover):
        escalate_order(order_id=order.pk, note="", now=LATER)
    assert not Escalation.objects.exists()


def test_the_first_to_take_it_owns_it_and_the_second_learns_whose_it_is(escalation, person):
    bob, eve = person("bob", "operator"), person("eve", "operator")
    acknowledge_escalation(escalation_id=escalation.pk, by=bob, now=LATER)
    with pytest.raises(EscalationTaken, match="bob has taken this") as taken:
        acknowledge_escalation(escalation_id=escalation.pk, by=eve, now=LATER)
    assert taken.value.extra == {"owner": "bob"}
    escalation.refresh_from_db()
    assert (escalation.owner, escalation.acknowledged_at) == (bob, LATER)
    assert texts()[1:] == [("is taken care of", "by bob", 1)]


def test_taking_ones_own_again_changes_nothing(escalation, person):
    bob = person("bob", "operator")
    acknowledge_escalation(escalation_id=escalation.pk, by=bob, now=LATER)
    acknowledge_escalation(escalation_id=escalation.pk, by=bob, now=LATER + HOUR)
    escalation.refresh_from_db()
    assert escalation.acknowledged_at == LATER
    assert len(calls()) == 2


def test_an_unknown_escalation_is_not_found(db, person):
    with pytest.raises(EscalationNotFound):
        acknowledge_escalation(escalation_id=uuid4(), by=person("bob"), now=LATER)
    with pytest.raises(EscalationNotFound):
        resolve_escalation(escalation_id=uuid4(), resolution="", now=LATER)


def test_it_is_called_again_after_its_deadline_with_a_new_one(escalation):
    assert call_escalations_again(limit=50, now=LATER + timedelta(minutes=59)) == Called()
    assert call_escalations_again(limit=50, now=LATER + HOUR) == Called(1)
    assert call_escalations_again(limit=50, now=LATER + HOUR) == Called()
    escalation.refresh_from_db()
    assert (escalation.times_called, escalation.deadline_at) == (2, LATER + 2 * HOUR)
    assert [what for what, _, _ in texts()] == ["needs a person", "still needs a person"]
    # A new post: an update of the first one would ring nobody's bell.
    assert len({call.payload["conversation"] for call in calls()}) == 2


def test_what_somebody_took_is_not_called_again(escalation, person):
    acknowledge_escalation(escalation_id=escalation.pk, by=person("bob"), now=LATER)
    assert call_escalations_again(limit=50, now=LATER + 9 * HOUR) == Called()


def test_resolving_ends_it_once(escalation):
    resolve_escalation(escalation_id=escalation.pk, resolution="paid by bank transfer", now=LATER)
    with pytest.raises(EscalationOver):
        resolve_escalation(escalation_id=escalation.pk, resolution="again", now=LATER)
    escalation.refresh_from_db()
    assert (escalation.resolved_at, escalation.resolution) == (LATER, "paid by bank transfer")
    assert texts()[1:] == [("is resolved", "paid by bank transfer", 1)]


def test_what_is_resolved_cannot_be_taken(escalation, person):
    resolve_escalation(escalation_id=escalation.pk, resolution="paid", now=LATER)
    with pytest.raises(EscalationOver):
        acknowledge_escalation(escalation_id=escalation.pk, by=person("bob"), now=LATER)


def test_it_ends_by_itself_when_the_order_moves(order, escalation):
    report = StageReport(Step(Stage.PAYMENT, StageStatus.COMPLETED), "", {}, None, {}, LATER)
    record_stage_event(order_id=order.pk, report=report, now=LATER)
    escalation.refresh_from_db()
    assert (escalation.resolved_at, escalation.resolution) == (LATER, "The order moved to verification.")


def test_it_ends_by_itself_when_the_order_is_canceled(order, escalation):
    change_order_status(
        order_id=order.pk,
        wanted=OrderStatus.CANCELED,
        by=ADA,
        notes="",
        metadata=None,
        occurred_at=LATER,
        now=LATER,
    )
    escalation.refresh_from_db()
    assert escalation.resolution == "The order is canceled."


def test_work_within_the_stage_leaves_it_open(order, escalation):
    report = StageReport(Step(Stage.PAYMENT, StageStatus.IN_PROGRESS), "", {}, None, {}, LATER)
    record_stage_event(order_id=order.pk, report=report, now=LATER)
    escalation.refresh_from_db()
    assert escalation.resolved_at is None
