"""What recovery brought, to the cent and to the customer."""

from datetime import timedelta
from decimal import Decimal

import pytest

from checkout.actions.record_stage_event import StageReport, record_stage_event
from checkout.models import Customer, Order, RecoveryAssignment, RecoveryDecision
from checkout.reports.recovery_results import list_recovery_results
from checkout.rules.lift import ArmResult, lift_of
from checkout.rules.position import Step
from checkout.states import Stage, StageStatus

pytestmark = pytest.mark.django_db
WINDOW = timedelta(days=14)
DAY = timedelta(days=1)


@pytest.fixture
def assign(place, now):
    """An order of a customer of its own, assigned `days_ago`; completes its payment so long after, if at all."""

    def assign(
        arm="prompted", *, days_ago=20, prompted_after=None, completed_after=None, version=1, customer=None, **more
    ):
        at = now - days_ago * DAY
        order = place(placed_at=at - DAY, **more)
        customer = customer or Customer.objects.create(created_at=now)
        Order.objects.filter(pk=order.pk).update(customer=customer)
        RecoveryAssignment.objects.create(order=order, stage="payment", policy_version=version, arm=arm, assigned_at=at)
        if prompted_after is not None:
            decide(order, "prompt", at + prompted_after, version)
        if completed_after is not None:
            step = Step(Stage.PAYMENT, StageStatus.COMPLETED)
            report = StageReport(step, "", {}, None, {}, at + completed_after)
            record_stage_event(order_id=order.pk, report=report, now=now)
        return order

    def decide(order, action, at, version):
        RecoveryDecision.objects.create(
            order=order, stage="payment", policy_version=version, action=action, reason="stalled", decided_at=at
        )

    return assign


@pytest.fixture
def results(now):
    def results(*, since_days=90, window=WINDOW):
        return list_recovery_results(since=now - since_days * DAY, until=now, window=window, now=now)

    return results


def test_completions_after_a_prompt_are_counted_with_their_money_by_currency(assign, results, product):
    assign(prompted_after=DAY, completed_after=2 * DAY)
    assign(prompted_after=DAY, completed_after=3 * DAY, quantity=2)
    assign(completed_after=DAY)
    assign(prompted_after=DAY)
    assign("holdout", completed_after=DAY)
    type(product).objects.update(currency="USD")
    assign(prompted_after=DAY, completed_after=2 * DAY, currency="USD")
    [result] = results()
    assert (result.prompted.assigned, result.prompted.completed, result.completed_after_prompt) == (5, 4, 3)
    assert (result.holdout.assigned, result.holdout.completed) == (1, 1)
    assert dict(result.money_after_prompt) == {"EUR": Decimal("447.00"), "USD": Decimal("149.00")}


def test_a_prompt_after_the_completion_brought_nothing(assign, results):
    assign(prompted_after=3 * DAY, completed_after=2 * DAY)
    [result] = results()
    assert (result.prompted.completed, result.completed_after_prompt, dict(result.money_after_prompt)) == (1, 0, {})


def test_a_completion_counts_up_to_the_end_of_the_window_and_not_beyond(assign, results):
    assign(completed_after=WINDOW)
    assign(completed_after=WINDOW + timedelta(seconds=1))
    [result] = results()
    assert (result.prompted.assigned, result.prompted.completed) == (2, 1)


def test_what_is_still_within_its_window_is_counted_apart(assign, results):
    assign(days_ago=13, prompted_after=DAY, completed_after=2 * DAY)
    assign(days_ago=14)
    [result] = results()
    assert (result.prompted.assigned, result.prompted.unripe, result.unripe) == (1, 1, 1)
    assert (result.prompted.completed, result.completed_after_prompt) == (0, 0)
    [sooner] = results(window=7 * DAY)
    assert (sooner.prompted.assigned, sooner.unripe, sooner.completed_after_prompt) == (2, 0, 1)


def test_each_customer_counts_once_with_their_first_checkout(assign, results, now):
    often = Customer.objects.create(created_at=now)
    assign(customer=often, days_ago=30)
    assign(customer=often, days_ago=20, completed_after=DAY)
    [result] = results()
    assert (result.prompted.assigned, result.prompted.completed) == (2, 1)
    assert (result.prompted.customers, result.prompted.customers_completed) == (1, 0)


def test_versions_are_apart_and_the_newest_comes_first(assign, results):
    assign(version=1)
    assign(version=2)
    assert [(one.stage, one.policy_version) for one in results()] == [("payment", 2), ("payment", 1)]


def test_the_period_is_that_of_the_assignment(assign, results):
    assign(days_ago=31)
    assert results(since_days=30) == []
    assert len(results(since_days=31)) == 1


def test_the_lift_is_stated_only_with_thirty_customers_in_each_arm(assign, results):
    for number in range(30):
        assign("prompted", completed_after=DAY if number < 15 else None)
    for number in range(29):
        assign("holdout", completed_after=DAY if number < 6 else None)
    [result] = results()
    assert (result.lift, result.smaller_arm) == (None, 29)
    assign("holdout")
    [result] = results()
    assert result.lift == lift_of(prompted=ArmResult(30, 15), holdout=ArmResult(30, 6))
