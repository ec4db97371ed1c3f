"""A status change takes the checkout with it."""

import pytest

from checkout.rules.position import END, START, Position, Step
from checkout.rules.status_changes import ALLOWED, decide_status_change
from checkout.states import OrderStatus, Stage, StageStatus

S, T = Stage, StageStatus
OS = OrderStatus


@pytest.mark.parametrize("current", list(OS))
@pytest.mark.parametrize("wanted", list(OS))
def test_only_the_listed_transitions_are_allowed(current, wanted):
    stage = {OS.PENDING: S.PAYMENT, OS.COMPLETED: S.COMPLETED, OS.ACTIVE: S.FULFILLMENT}.get(current, S.VERIFICATION)
    status = T.COMPLETED if stage is S.COMPLETED else T.IN_PROGRESS
    verdict = decide_status_change(position=Position(current, stage, status), wanted=wanted, by_person=True)
    assert verdict.is_allowed is (wanted in ALLOWED[current])
    if verdict.is_allowed:
        assert verdict.position.order_status is wanted


def test_a_jump_to_the_end_writes_an_event_for_each_stage_it_skips():
    verdict = decide_status_change(position=START, wanted=OS.COMPLETED, by_person=True)
    assert verdict.position == END
    assert verdict.steps == (
        Step(S.PAYMENT, T.COMPLETED),
        Step(S.VERIFICATION, T.COMPLETED),
        Step(S.LOYALTY_HOLD, T.COMPLETED),
        Step(S.FULFILLMENT, T.COMPLETED),
        Step(S.COMPLETED, T.COMPLETED),
    )


def test_reopening_returns_to_fulfillment_and_needs_a_person():
    reopened = decide_status_change(position=END, wanted=OS.ACTIVE, by_person=True)
    assert reopened.position == Position(OS.ACTIVE, S.FULFILLMENT, T.NOT_STARTED)
    assert reopened.steps == (Step(S.FULFILLMENT, T.NOT_STARTED),)
    refused = decide_status_change(position=END, wanted=OS.ACTIVE, by_person=False)
    assert (refused.is_allowed, refused.reason) == (False, "reopening-needs-a-person")


@pytest.mark.parametrize("wanted", [OS.ON_HOLD, OS.CANCELED])
def test_a_hold_and_a_cancellation_leave_the_checkout_where_it_is(wanted):
    position = Position(OS.PROCESSING, S.LOYALTY_HOLD, T.WAITING)
    verdict = decide_status_change(position=position, wanted=wanted, by_person=False)
    assert verdict.position == Position(wanted, S.LOYALTY_HOLD, T.WAITING)
    assert verdict.steps == ()


def test_resuming_continues_where_it_was_held():
    held = Position(OS.ON_HOLD, S.LOYALTY_HOLD, T.WAITING)
    verdict = decide_status_change(position=held, wanted=OS.PROCESSING, by_person=True)
    assert verdict.position == Position(OS.PROCESSING, S.LOYALTY_HOLD, T.WAITING)
    assert verdict.steps == ()


def test_sending_a_held_order_back_to_processing_starts_at_verification():
    held = Position(OS.ON_HOLD, S.FULFILLMENT, T.IN_PROGRESS)
    verdict = decide_status_change(position=held, wanted=OS.PROCESSING, by_person=True)
    assert verdict.position == Position(OS.PROCESSING, S.VERIFICATION, T.NOT_STARTED)
    assert verdict.steps == (Step(S.VERIFICATION, T.NOT_STARTED),)
