"""Moving an order by hand: asked first, allowed to those who act, and only from where the person saw it."""

import pytest

from checkout.models import OrchestrationEvent, OrderStateEvent
from checkout.policies import create_missing_policies

pytestmark = pytest.mark.django_db
SEEN = "pending/payment/not_started"


@pytest.fixture(autouse=True)
def _policies(now):
    create_missing_policies(now=now)


def address(order, action):
    return f"/admin/checkout/order/{order.pk}/{action}/"


def press(client, order, action, *, seen=SEEN, reason="customer called", **fields):
    form = {"_form_submitted": "on", "reason": reason, "seen": seen, **fields}
    return client.post(address(order, action), form)


def position(order):
    order.refresh_from_db()
    order.orchestration.refresh_from_db()
    return f"{order.status}/{order.orchestration.current_stage}/{order.orchestration.stage_status}"


def test_an_operator_changes_the_status_and_the_note_stays_in_the_log(place, signed_in):
    order = place()
    answer = press(signed_in("operator"), order, "change_status", status="processing")
    assert answer.headers["Location"] == f"/admin/checkout/order/{order.pk}/change/"
    assert position(order) == "processing/verification/not_started"
    event = OrderStateEvent.objects.get(event_type="state_change")
    assert (event.notes, event.actor_type, event.actor_label) == ("customer called", "operator", "operator")


def test_what_an_operator_notes_is_not_in_the_events_that_customers_see(place, signed_in):
    order = place()
    client = signed_in("operator")
    press(client, order, "change_status", status="processing", reason="smells of fraud")
    press(
        client,
        order,
        "fail_stage",
        seen="processing/verification/not_started",
        reason="fraud indeed",
        note="We could not verify it",
    )
    notes = set(OrchestrationEvent.objects.values_list("transition_note", flat=True))
    assert notes >= {"We could not verify it"}
    assert not [note for note in notes if "fraud" in note]
    assert OrderStateEvent.objects.filter(event_type="note", notes="Verification: fraud indeed").exists()


@pytest.mark.parametrize(
    ("action", "seen", "becomes"),
    [
        ("complete_stage", SEEN, "processing/verification/not_started"),
        ("fail_stage", SEEN, "pending/payment/failed"),
    ],
)
def test_an_operator_moves_the_stage(action, seen, becomes, place, signed_in):
    order = place()
    press(signed_in("operator"), order, action, seen=seen)
    assert position(order) == becomes


def test_a_failed_stage_is_retried(place, signed_in):
    order = place()
    client = signed_in("operator")
    press(client, order, "fail_stage")
    press(client, order, "retry_stage", seen="pending/payment/failed")
    assert position(order) == "pending/payment/in_progress"


def test_of_two_operators_at_once_the_second_is_told_where_the_order_stands_now(place, signed_in):
    order = place()
    press(signed_in("operator"), order, "complete_stage")
    answer = press(signed_in("on-call"), order, "change_status", status="canceled")
    assert "Somebody moved this order meanwhile: it is processing now, in verification" in answer.content.decode()
    assert position(order) == "processing/verification/not_started"


@pytest.mark.parametrize("action", ["complete_stage", "fail_stage", "retry_stage"])
def test_what_makes_no_sense_is_refused_in_words(action, place, signed_in):
    order = place()
    client = signed_in("operator")
    press(client, order, "change_status", status="canceled")
    events = OrchestrationEvent.objects.count()
    answer = press(client, order, action, seen="canceled/payment/not_started")
    assert "The order is canceled: nothing moves any more." in answer.content.decode()
    assert OrchestrationEvent.objects.count() == events


def test_a_completed_checkout_has_no_stage_left(place, signed_in):
    order = place()
    client = signed_in("operator")
    press(client, order, "change_status", status="completed")
    answer = press(client, order, "complete_stage", seen="completed/completed/completed")
    assert "no stage is left" in answer.content.decode()


def test_the_dialog_offers_the_statuses_that_may_follow(place, signed_in):
    page = signed_in("operator").get(address(place(), "change_status")).content.decode()
    for status in ("processing", "active", "completed", "canceled"):
        assert f'value="{status}"' in page
    assert 'value="on_hold"' not in page


@pytest.mark.parametrize("action", ["change_status", "complete_stage", "fail_stage", "retry_stage"])
@pytest.mark.parametrize("role", ["viewer", "merchandiser", "analyst"])
def test_others_may_not(role, action, place, signed_in):
    order = place()
    answer = press(signed_in(role), order, action, status="canceled")
    assert answer.status_code == 403
    assert position(order) == SEEN


@pytest.mark.parametrize("fields", [{"reason": ""}, {"seen": "nonsense"}, {"status": "nonsense"}])
def test_an_incomplete_dialog_changes_nothing(fields, place, signed_in):
    order = place()
    press(signed_in("operator"), order, "change_status", **{"status": "canceled", **fields})
    assert position(order) == SEEN
    assert not OrderStateEvent.objects.filter(event_type="state_change").exists()
