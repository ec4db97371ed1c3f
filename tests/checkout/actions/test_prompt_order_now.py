"""Prompting by hand follows the sweep's rules; some of them yield to a reason, some never."""

from datetime import UTC, datetime, time, timedelta

import pytest

from checkout.actions.prompt_order_now import Prompted, prompt_order_now
from checkout.errors import NothingToRecover, OverrideNeedsReason, PromptRefused
from checkout.models import Customer, Orchestration, RecoveryDecision
from smplat.operations.holds import Subject, place_hold
from smplat.operations.models import HoldScope
from smplat.outbox.actions.change_preferences import change_preferences
from smplat.outbox.choices import Category, ChangeSource
from tests.checkout.recovery import ADA, HOUR, LATER, decisions, prompts, set_checkout, set_policy

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_is_held_out(db):
    set_policy()


def prompt(order, *, overrides=False, reason="customer called", at=LATER):
    return prompt_order_now(order_id=order.pk, by=ADA, reason=reason, overrides=overrides, now=at)


def refusal_of(order, **more):
    with pytest.raises(PromptRefused) as refused:
        prompt(order, **more)
    assert prompts() == []
    assert decisions(order) == []
    return refused.value.extra["reason"], refused.value.extra["canOverride"]


def test_a_stalled_checkout_gets_its_prompt_at_once(place):
    order = place()
    assert prompt(order) == Prompted(number=1, despite="")
    (message,) = prompts()
    assert (message.recipient, message.category, message.payload["amount"]) == (
        "ada@example.test",
        "order_updates",
        "€149.00",
    )
    checkout = order.orchestration
    assert (checkout.prompts_sent, checkout.last_prompt_at) == (1, LATER)
    assert checkout.recovery_due_at == LATER + 6 * HOUR
    assert checkout.metadata == {"lastRecoverySweepAt": LATER.isoformat(), "lastRecoveryStage": "payment"}
    assert decisions(order) == [("prompt", "by-hand")]
    assert RecoveryDecision.objects.get().message_id == message.pk


def test_the_checkouts_log_says_that_but_not_who_or_why(place):
    order = place()
    prompt(order, reason="she called twice")
    event = order.orchestration.events.order_by("-created_at").first()
    assert (event.stage, event.status, event.transition_note) == (
        "payment",
        "not_started",
        "Prompt sent by an operator",
    )
    assert event.payload == {"prompt": 1}
    note = order.state_events.get()
    assert (note.event_type, note.actor_label, note.notes) == ("note", "Ada", "she called twice")


def test_what_is_not_stalled_yet_can_be_prompted_despite_that(place):
    order = place()
    assert refusal_of(order, at=order.created_at) == ("not-stalled", True)
    assert prompt(order, overrides=True, at=order.created_at) == Prompted(number=1, despite="not-stalled")
    assert decisions(order) == [("prompt", "despite-not-stalled")]


def test_quiet_hours_count_on_the_customers_clock(place):
    set_policy(quiet_from=time(21), quiet_until=time(8))
    order = place()
    # In London it is half past nine in the evening.
    assert refusal_of(order, at=datetime(2026, 6, 1, 20, 30, tzinfo=UTC)) == ("quiet-hours", True)


def test_a_held_provider_a_cap_and_the_holdout_can_be_overridden(place):
    order = place()
    place_hold(subject=Subject(HoldScope.PROVIDER, "prov-9"), reason="late", by="ada", until=None, now=order.created_at)
    assert refusal_of(order) == ("provider-paused", True)
    set_policy(max_prompts=0)
    assert prompt(order, overrides=True).despite == "provider-paused"


def test_the_holdout_is_told_to_the_person(place):
    set_policy(holdout_bps=10_000)
    assert refusal_of(place()) == ("in-holdout", True)


@pytest.mark.parametrize("overrides", [False, True])
def test_consent_is_never_overridden(place, overrides):
    order = place()
    change_preferences(
        recipient_id=order.customer_id,
        wants={Category.ORDER_UPDATES: False},
        source=ChangeSource.LINK,
        now=order.created_at,
    )
    assert refusal_of(order, overrides=overrides) == ("opted-out", False)


@pytest.mark.parametrize(("status", "reason"), [("canceled", "order-canceled"), ("on_hold", "order-on-hold")])
def test_an_order_that_is_over_or_stopped_is_never_prompted(place, status, reason):
    order = place()
    type(order).objects.filter(pk=order.pk).update(status=status)
    assert refusal_of(order, overrides=True) == (reason, False)


def test_a_completed_checkout_has_nothing_to_recover(place):
    order = place()
    set_checkout(order, current_stage="completed", stage_status="completed", completed_at=LATER)
    with pytest.raises(NothingToRecover):
        prompt(order, overrides=True)


def test_an_order_without_an_address_cannot_be_prompted(place):
    order = place()
    Customer.objects.update(email="", name="")
    assert refusal_of(order, overrides=True) == ("no-address", False)


def test_a_backdated_order_never_prompts(place):
    order = place(placed_at=LATER - timedelta(days=9))
    assert refusal_of(order, overrides=True) == ("backdated", False)


def test_an_override_says_why(place):
    order = place()
    with pytest.raises(OverrideNeedsReason):
        prompt(order, overrides=True, reason="  ")
    assert prompts() == []


def test_what_was_put_to_rest_stays_at_rest(place):
    order = place()
    set_policy(max_prompts=0)
    set_checkout(order, recovery_due_at=None)
    prompt(order, overrides=True)
    assert Orchestration.objects.get().recovery_due_at is None


def test_twice_is_two_prompts_of_which_the_second_needs_an_override(place):
    order = place()
    prompt(order)
    with pytest.raises(PromptRefused) as refused:
        prompt(order, at=LATER + HOUR)
    assert refused.value.extra["reason"] == "prompted-recently"
    assert prompt(order, overrides=True, at=LATER + HOUR).number == 2
    assert [message.payload["number"] for message in prompts()] == [1, 2]
