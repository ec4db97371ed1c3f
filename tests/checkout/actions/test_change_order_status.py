"""A status change takes the checkout with it and leaves its trace."""

import pytest

from checkout.actions.change_order_status import change_order_status
from checkout.actors import Actor
from checkout.errors import TransitionNotAllowed
from checkout.states import ActorType, OrderStatus

pytestmark = pytest.mark.django_db
DESK = Actor(ActorType.OPERATOR, label="Ops desk")


@pytest.fixture
def change(now):
    def change(order, wanted, *, by=DESK, notes=""):
        change_order_status(
            order_id=order.pk, wanted=OrderStatus(wanted), by=by, notes=notes, metadata=None, occurred_at=now, now=now
        )
        return type(order).objects.get(pk=order.pk)

    return change


def test_jumping_ahead_writes_an_event_for_each_stage_skipped_and_announces_paid(place, change, paid_messages):
    order = change(place(), "active")
    events = order.orchestration.events.order_by("created_at", "id").values_list("stage", "status")
    assert list(events)[1:] == [
        ("payment", "completed"),
        ("verification", "completed"),
        ("loyalty_hold", "completed"),
        ("fulfillment", "not_started"),
    ]
    assert paid_messages(order) == 1


def test_the_log_says_who_and_why_and_the_customers_note_stays(place, change):
    order = change(place(notes="ring twice"), "processing", notes="picked up")
    event = order.state_events.get()
    assert (event.actor_label, event.notes, event.from_status, event.to_status) == (
        "Ops desk",
        "picked up",
        "pending",
        "processing",
    )
    assert order.notes == "ring twice"


def test_a_canceled_order_is_frozen(place, change):
    order = change(place(), "canceled")
    assert order.orchestration.recovery_due_at is None
    with pytest.raises(TransitionNotAllowed, match="Cannot transition order from canceled to active"):
        change(order, "active")
    assert order.state_events.count() == 1


def test_reopening_needs_a_person_and_returns_to_fulfillment(place, change):
    order = change(place(), "completed")
    with pytest.raises(TransitionNotAllowed):
        change(order, "active", by=Actor(ActorType.AUTOMATION))
    reopened = change(order, "active")
    checkout = reopened.orchestration
    assert (checkout.current_stage, checkout.stage_status, checkout.completed_at) == (
        "fulfillment",
        "not_started",
        None,
    )


def test_the_same_status_is_refused(place, change):
    with pytest.raises(TransitionNotAllowed, match="Cannot transition order from pending to pending"):
        change(place(), "pending")
