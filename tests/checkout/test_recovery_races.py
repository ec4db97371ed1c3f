"""Sweeps, completions, opt-outs and operators at once: whatever the order, each happened wholly before or after the other."""

from collections.abc import Callable
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connection

from checkout.actions.acknowledge_escalation import Acknowledged, acknowledge_escalation
from checkout.actions.call_escalations_again import call_escalations_again
from checkout.actions.escalate_order import escalate_order
from checkout.actions.prompt_order_now import prompt_order_now
from checkout.actions.record_stage_event import StageReport, record_stage_event
from checkout.actions.sweep_checkouts import sweep_checkouts
from checkout.cases import claim_due
from checkout.errors import AlreadyEscalated, EscalationTaken, PromptRefused
from checkout.models import Escalation, Orchestration, OrchestrationEvent, RecoveryDecision
from checkout.positions import hold_order
from checkout.rules.position import Step
from checkout.states import Stage, StageStatus
from smplat.db import transaction
from smplat.ids import new_id
from smplat.outbox.actions.change_preferences import change_preferences
from smplat.outbox.actions.claim_messages import claim_messages
from smplat.outbox.choices import Category, ChangeSource
from smplat.outbox.models import Message
from tests.checkout.recovery import ADA, HOUR, LATER, decisions, prompts, set_policy
from tests.checkout.test_races import together

pytestmark = pytest.mark.django_db(transaction=True)
PAID = StageReport(Step(Stage.PAYMENT, StageStatus.COMPLETED), "card ok", {}, None, {}, LATER)


@pytest.fixture(autouse=True)
def _nobody_is_held_out(db: None) -> None:
    set_policy(holdout_bps=0)


def sweep(limit: int = 100) -> Any:
    return sweep_checkouts(sweep_id=new_id(), limit=limit, now=LATER).counts


def failures(results: list[Any]) -> list[Any]:
    return [result for result in results if isinstance(result, Exception)]


def test_two_sweeps_prompt_everybody_once(place):
    orders = [place() for _ in range(40)]
    barrier = Barrier(4)

    def run():
        barrier.wait()
        while sweep(limit=7):
            pass

    assert failures(together(*[run] * 4)) == []
    assert sorted(message.payload["order_id"] for message in prompts()) == sorted(str(order.pk) for order in orders)
    assert set(Orchestration.objects.values_list("prompts_sent", flat=True)) == {1}
    assert RecoveryDecision.objects.count() == len(orders)


def test_a_sweep_passes_over_what_somebody_else_holds(place):
    held, free = place(), place()
    is_held, may_end = Event(), Event()

    def hold():
        with transaction():
            hold_order(order_id=held.pk, now=LATER)
            is_held.set()
            assert may_end.wait(30)

    def run():
        assert is_held.wait(30)
        try:
            return sweep()
        finally:
            may_end.set()

    assert failures(together(hold, run)) == []
    assert (decisions(held), decisions(free)) == ([], [("prompt", "stalled")])
    # Not lost: the next sweep finds it.
    sweep()
    assert decisions(held) == [("prompt", "stalled")]


def test_whoever_wants_an_order_that_a_sweep_holds_waits_and_does_not_deadlock(place):
    order = place()
    is_claimed = Event()

    def claim():
        with transaction():
            claim_due(limit=10, now=LATER)
            is_claimed.set()
            # The other one asks for the order now; that it waits is seen in the locks.
            assert eventually(lambda: waiting_locks() == 1)

    def complete():
        assert is_claimed.wait(30)
        return record_stage_event(order_id=order.pk, report=PAID, now=LATER)

    assert failures(together(claim, complete)) == []
    order.refresh_from_db()
    assert order.status == "processing"


def waiting_locks() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks AS held JOIN pg_stat_activity USING (pid)"
            " WHERE NOT granted AND datname = current_database()"
        )
        (count,) = cursor.fetchone()
    return int(count)


def eventually(condition: Callable[[], bool]) -> bool:
    pause = Event()
    return any(condition() or pause.wait(0.02) for _ in range(1500))


@pytest.mark.parametrize("attempt", range(4))
def test_a_completion_and_a_sweep_leave_no_prompt_for_what_was_paid_first(place, attempt):
    order = place()
    barrier = Barrier(2)

    def complete():
        barrier.wait()
        return record_stage_event(order_id=order.pk, report=PAID, now=LATER)

    def run():
        barrier.wait()
        return sweep()

    assert failures(together(complete, run)) == []
    checkout = Orchestration.objects.get()
    assert (checkout.current_stage, checkout.prompts_sent) == ("verification", 0)
    # Either the sweep came first and prompted for the payment, or it found nothing due any more.
    decided = decisions(order)
    assert decided in ([], [("prompt", "stalled")])
    log = OrchestrationEvent.objects.order_by("id").values_list("stage", "transition_note")
    notes = [note for _, note in log]
    assert len(prompts()) == len(decided) == notes.count("Recovery sweep executed")
    if decided:
        assert notes.index("Recovery sweep executed") < notes.index("card ok")


@pytest.mark.parametrize("attempt", range(2))
def test_an_opt_out_and_a_sweep_send_nothing_after_the_opt_out(place, attempt):
    order = place()
    barrier = Barrier(2)

    def opt_out():
        barrier.wait()
        change_preferences(
            recipient_id=order.customer_id,
            wants={Category.ORDER_UPDATES: False},
            source=ChangeSource.ONE_CLICK,
            now=LATER,
        )

    def run():
        barrier.wait()
        return sweep()

    assert failures(together(opt_out, run)) == []
    # What the sweep may have written before is stopped by the relay, which asks again while it holds the message.
    claimed = claim_messages(channel="email", is_configured=True, limit=10, now=LATER)
    assert list(claimed.messages) == []
    assert {message.suppressed_because for message in Message.objects.all()} <= {"opted-out"}


def test_two_operators_prompt_once(place):
    order = place()

    def prompt():
        return prompt_order_now(order_id=order.pk, by=ADA, reason="called", overrides=False, now=LATER)

    results = together(prompt, prompt)
    (refused,) = failures(results)
    assert isinstance(refused, PromptRefused)
    assert refused.extra["reason"] == "prompted-recently"
    assert len(prompts()) == 1


def test_an_operator_and_a_sweep_prompt_once(place):
    order = place()
    results = together(
        lambda: prompt_order_now(order_id=order.pk, by=ADA, reason="called", overrides=False, now=LATER), sweep
    )
    assert all(isinstance(failure, PromptRefused) for failure in failures(results))
    assert len(prompts()) == 1


def test_of_two_operators_one_owns_the_escalation_and_the_other_learns_who(place, person):
    escalated = escalate_order(order_id=place().pk, note="", now=LATER)
    people = [person(f"operator-{number}", "operator") for number in range(4)]
    take = lambda by: acknowledge_escalation(escalation_id=escalated.escalation_id, by=by, now=LATER)  # noqa: E731
    results = together(*[lambda by=by: take(by) for by in people])
    (won,) = [result for result in results if isinstance(result, Acknowledged)]
    lost = failures(results)
    assert {type(failure) for failure in lost} == {EscalationTaken}
    assert {failure.extra["owner"] for failure in lost} == {won.owner}
    assert str(Escalation.objects.get().owner) == won.owner


def test_two_operators_escalate_once(place):
    order = place()
    results = together(*[lambda: escalate_order(order_id=order.pk, note="", now=LATER)] * 2)
    assert [type(failure) for failure in failures(results)] == [AlreadyEscalated]
    assert Escalation.objects.count() == 1


def test_two_callers_call_again_once(place):
    set_policy(escalation_channel="operations", escalation_deadline_minutes=60)
    escalate_order(order_id=place().pk, note="", now=LATER)
    results = together(*[lambda: call_escalations_again(limit=10, now=LATER + HOUR)] * 3)
    assert sorted(result.called for result in results) == [0, 0, 1]
    assert Escalation.objects.get().times_called == 2


def test_resolving_by_moving_and_taking_at_once_leave_one_story(place, person):
    order = place()
    escalated = escalate_order(order_id=order.pk, note="", now=LATER)
    bob = person("bob", "operator")
    results = together(
        lambda: acknowledge_escalation(escalation_id=escalated.escalation_id, by=bob, now=LATER),
        lambda: record_stage_event(order_id=order.pk, report=PAID, now=LATER),
    )
    escalation = Escalation.objects.get()
    assert escalation.resolved_at == LATER
    assert (escalation.owner == bob) is not bool(failures(results))
