"""The sweep decides about what is due, once, and writes down why and why not."""

from datetime import UTC, datetime, time, timedelta

import pytest

from checkout.actions.record_stage_event import StageReport, record_stage_event
from checkout.actions.sweep_checkouts import sweep_checkouts
from checkout.models import (
    Customer,
    Escalation,
    Orchestration,
    Order,
    RecoveryAssignment,
    RecoveryDecision,
    RecoveryPolicy,
    SweepRun,
)
from checkout.rules.position import Step
from checkout.rules.recovery import HOLD_RECHECK, Action
from checkout.states import Stage, StageStatus
from smplat.ids import new_id
from smplat.operations import switches
from smplat.operations.actions.flip_switch import flip_switch
from smplat.operations.holds import Subject, place_hold, release_holds
from smplat.operations.models import HoldScope
from smplat.outbox.actions.change_preferences import change_preferences
from smplat.outbox.choices import Category, ChangeSource
from tests.checkout.recovery import HOUR, LATER, calls, decisions, prompts, set_checkout, set_policy

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_is_held_out(db):
    set_policy()


@pytest.fixture
def order(place):
    return place()


def sweep(at=LATER, sweep_id=None):
    return sweep_checkouts(sweep_id=sweep_id or new_id(), limit=100, now=at).counts


def due_at(order):
    return Orchestration.objects.get(order=order).recovery_due_at


def hold(scope, key="", reason="late deliveries", until=None):
    place_hold(subject=Subject(scope, key), reason=reason, by="ada", until=until, now=LATER - HOUR)


def test_a_stalled_checkout_is_prompted_and_due_again_later(order):
    sweep_id = new_id()
    assert sweep(sweep_id=sweep_id) == {Action.PROMPT: 1}
    (message,) = prompts()
    decision = RecoveryDecision.objects.get()
    assert (decision.action, decision.reason, decision.policy_version) == ("prompt", "stalled", 1)
    assert (decision.message_id, decision.sweep_id, decision.next_due_at) == (message.pk, sweep_id, LATER + 6 * HOUR)
    checkout = Orchestration.objects.get()
    assert (checkout.prompts_sent, checkout.last_prompt_at) == (1, LATER)
    assert checkout.recovery_due_at == LATER + 6 * HOUR
    event = checkout.events.order_by("-created_at").first()
    assert (event.transition_note, event.payload) == ("Recovery sweep executed", {"prompt": 1})


def test_twice_is_once(order):
    sweep()
    assert sweep() == {}
    assert len(prompts()) == 1
    assert len(decisions(order)) == 1


def test_what_is_not_due_is_left_alone(order):
    assert sweep(at=order.created_at + HOUR) == {}
    assert decisions(order) == []


def test_the_prompt_names_the_stage_and_the_amount_in_the_customers_manner(place):
    order = place(quantity=10)
    Customer.objects.update(locale="de-DE")
    report = StageReport(Step(Stage.PAYMENT, StageStatus.COMPLETED), "", {}, None, {}, order.created_at)
    record_stage_event(order_id=order.pk, report=report, now=order.created_at)
    sweep(at=order.created_at + 25 * HOUR)
    payload = prompts()[0].payload
    assert (payload["stage"], payload["amount"]) == ("verification", "1.490,00\N{NO-BREAK SPACE}€")
    assert payload["missing"].startswith("Your payment of 1.490,00\N{NO-BREAK SPACE}€ has arrived.")


def test_prompts_end_with_a_person(order):
    set_policy(quiet_from=time(0), quiet_until=time(0))
    for hours in (0, 6, 12):
        assert sweep(at=LATER + hours * HOUR) == {Action.PROMPT: 1}
    assert sweep(at=LATER + 18 * HOUR) == {Action.ESCALATE: 1}
    escalation = Escalation.objects.get()
    assert (escalation.reason, escalation.deadline_at) == ("prompts-exhausted", LATER + 22 * HOUR)
    assert (len(prompts()), due_at(order)) == (3, None)


def test_an_escalation_is_told_where_the_policy_names_a_channel(order):
    set_policy(max_prompts=0, escalation_channel="operations")
    sweep()
    assert [call.payload["reason"] for call in calls()] == ["All prompts sent, nothing moved"]


def test_without_an_address_a_person_is_called(order):
    Customer.objects.update(email="", name="")
    sweep()
    assert decisions(order) == [("escalate", "no-address")]
    assert Escalation.objects.get().reason == "no-address"
    assert prompts() == []


def test_without_a_customer_a_person_is_called(place):
    order = place(customer=None)
    sweep()
    assert decisions(order) == [("escalate", "no-address")]


@pytest.mark.parametrize("share", [0, 10_000])
def test_who_cannot_be_reached_is_escalated_in_either_arm_and_compared_in_neither(order, share):
    set_policy(holdout_bps=share)
    Customer.objects.update(email="", name="")
    sweep()
    assert decisions(order) == [("escalate", "no-address")]
    assert Escalation.objects.get().reason == "no-address"
    assert not RecoveryAssignment.objects.exists()


def test_who_can_be_reached_later_is_assigned_then(order):
    Customer.objects.update(email="", name="")
    hold(HoldScope.PROVIDER, "prov-9")
    sweep()
    assert not RecoveryAssignment.objects.exists()
    Customer.objects.update(email="ada@example.test")
    sweep(at=due_at(order))
    assert RecoveryAssignment.objects.get().arm == "prompted"


def test_an_open_escalation_is_not_opened_twice(order):
    set_policy(max_prompts=0)
    sweep()
    set_checkout(order, recovery_due_at=LATER)
    sweep(at=LATER + HOUR)
    assert Escalation.objects.count() == 1
    assert decisions(order) == [("escalate", "prompts-exhausted")] * 2


def test_who_opted_out_is_left_alone(order):
    change_preferences(
        recipient_id=order.customer_id, wants={Category.ORDER_UPDATES: False}, source=ChangeSource.LINK, now=LATER
    )
    sweep()
    assert decisions(order) == [("suppress", "opted-out")]
    assert (prompts(), due_at(order)) == ([], None)


def test_quiet_hours_defer_and_do_not_drop(order):
    night = datetime(2026, 6, 1, 22, tzinfo=UTC)
    sweep(at=night)
    # Eight in the morning in London, in summer.
    morning = datetime(2026, 6, 2, 7, tzinfo=UTC)
    assert decisions(order) == [("defer", "quiet-hours")]
    assert (prompts(), due_at(order)) == ([], morning)
    sweep(at=morning)
    assert decisions(order)[1:] == [("prompt", "stalled")]


@pytest.mark.parametrize(
    ("zone", "at", "until"),
    [
        # Madrid, the night clocks go forward: eight comes an hour sooner than the night before.
        ("Europe/Madrid", datetime(2027, 3, 28, 0, tzinfo=UTC), datetime(2027, 3, 28, 6, tzinfo=UTC)),
        # And the night they go back.
        ("Europe/Madrid", datetime(2026, 10, 25, 0, tzinfo=UTC), datetime(2026, 10, 25, 7, tzinfo=UTC)),
        # A zone that no machine knows counts as UTC and stops nobody else.
        ("Mars/Olympus", datetime(2026, 10, 25, 0, tzinfo=UTC), datetime(2026, 10, 25, 8, tzinfo=UTC)),
    ],
)
def test_quiet_hours_end_on_the_customers_clock_also_when_clocks_change(order, zone, at, until):
    Customer.objects.update(time_zone=zone)
    sweep(at=at)
    assert due_at(order) == until


@pytest.mark.parametrize(
    ("scope", "reason"),
    [
        (HoldScope.PROVIDER, "provider-paused"),
        (HoldScope.STAGE, "stage-held"),
        (HoldScope.EVERYTHING, "everything-held"),
        (HoldScope.ORDER, "order-snoozed"),
    ],
)
def test_what_is_held_waits_and_says_why(order, scope, reason):
    key = {HoldScope.PROVIDER: "prov-9", HoldScope.STAGE: "payment", HoldScope.ORDER: str(order.pk)}.get(scope, "")
    hold(scope, key)
    sweep()
    assert decisions(order) == [("hold", reason)]
    assert prompts() == []
    assert LATER < due_at(order) <= LATER + HOLD_RECHECK


def test_a_hold_on_something_else_holds_nothing(order):
    hold(HoldScope.PROVIDER, "prov-8")
    hold(HoldScope.STAGE, "verification")
    assert sweep() == {Action.PROMPT: 1}


def test_a_hold_that_goes_on_is_one_decision(order):
    hold(HoldScope.PROVIDER, "prov-9")
    sweep()
    assert sweep(at=due_at(order)) == {Action.HOLD: 1}
    assert decisions(order) == [("hold", "provider-paused")]


def test_a_hold_for_another_reason_is_another_decision(order):
    hold(HoldScope.PROVIDER, "prov-9")
    sweep()
    hold(HoldScope.STAGE, "payment", reason="incident")
    sweep(at=due_at(order))
    assert decisions(order) == [("hold", "provider-paused"), ("hold", "stage-held")]


def test_after_release_prompts_drain_over_one_interval(place):
    orders = [place(customer=None) for _ in range(60)]
    Order.objects.update(customer=Customer.objects.create(email="ada@example.test", created_at=LATER))
    hold(HoldScope.PROVIDER, "prov-9")
    sweep()
    release_holds(subject=Subject(HoldScope.PROVIDER, "prov-9"), by="bob", now=LATER)
    sent = [sweep(at=LATER + timedelta(minutes=minute))[Action.PROMPT] for minute in range(1, 16)]
    assert sum(sent) == len(orders)
    # Sixty over fifteen minutes are four a minute on average; nothing like all of them at once.
    assert max(sent) < 20


def test_the_holdout_is_observed_and_recorded(order):
    set_policy(holdout_bps=10_000)
    sweep()
    assert decisions(order) == [("observe", "in-holdout")]
    assignment = RecoveryAssignment.objects.get()
    assert (assignment.arm, assignment.stage, assignment.assigned_at) == ("holdout", "payment", LATER)
    assert (prompts(), due_at(order)) == ([], None)


def test_the_other_arm_is_recorded_when_first_due_and_stays(order):
    sweep()
    set_policy(holdout_bps=10_000)
    sweep(at=LATER + 18 * HOUR)
    assert RecoveryAssignment.objects.get().arm == "prompted"
    assert decisions(order) == [("prompt", "stalled")] * 2


def test_whoever_is_held_or_asleep_is_assigned_as_well(order):
    hold(HoldScope.EVERYTHING)
    sweep()
    assert RecoveryAssignment.objects.get().arm == "prompted"


def test_one_customer_is_in_one_arm_in_all_orders(place):
    set_policy(holdout_bps=5_000)
    for _ in range(5):
        place()
    sweep()
    assert RecoveryAssignment.objects.count() == 5
    assert len(set(RecoveryAssignment.objects.values_list("arm", flat=True))) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda order: Order.objects.update(status="canceled"), "order-canceled"),
        (lambda order: Order.objects.update(status="on_hold"), "order-on-hold"),
        (lambda order: Order.objects.update(is_backdated=True), "backdated"),
        (lambda order: set_policy(is_active=False), "policy-off"),
        (lambda order: RecoveryPolicy.objects.filter(stage="payment").delete(), "no-policy"),
    ],
)
def test_where_there_is_nothing_to_recover_it_stops_and_says_why(order, change, reason):
    change(order)
    sweep()
    assert decisions(order) == [("stop", reason)]
    assert (prompts(), due_at(order)) == ([], None)
    assert not RecoveryAssignment.objects.exists()


def test_a_checkout_that_has_moved_waits_until_it_stalls_again(order):
    set_checkout(order, last_transition_at=LATER, recovery_due_at=LATER)
    sweep()
    assert decisions(order) == [("wait", "not-stalled")]
    assert due_at(order) == LATER + timedelta(minutes=90)


def test_a_checkout_prompted_by_hand_waits_its_turn(order):
    set_checkout(order, prompts_sent=1, last_prompt_at=LATER - HOUR)
    sweep()
    assert decisions(order) == [("wait", "prompted-recently")]


def test_switched_off_it_does_nothing_and_follows_later(order):
    flip_switch(name="checkout.recovery", on=False, by="ada", reason="mail server down", now=LATER)
    assert sweep() == {}
    assert decisions(order) == []
    flip_switch(name="checkout.recovery", on=True, by="ada", reason="up again", now=LATER)
    switches.forget()
    assert sweep() == {Action.PROMPT: 1}


def test_a_run_counts_what_its_batches_decided(place):
    for _ in range(3):
        place()
    sweep_id = new_id()
    for _ in range(2):
        sweep_checkouts(sweep_id=sweep_id, limit=2, now=LATER)
    run = SweepRun.objects.get(pk=sweep_id)
    assert (run.decided, run.counts) == (3, {"prompt": 3})


def test_a_sweep_that_finds_nothing_leaves_no_trace(db):
    sweep()
    assert not SweepRun.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_batch(place, django_assert_max_num_queries):
    for _ in range(30):
        place()
    with django_assert_max_num_queries(25):
        assert sweep()[Action.PROMPT] == 30
