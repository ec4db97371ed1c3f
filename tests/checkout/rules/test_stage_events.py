"""A stage event moves a checkout only where it makes sense."""

import pytest

from checkout.rules.position import END, START, Position, Step
from checkout.rules.stage_events import Outcome, decide_stage_event
from checkout.states import STAGES, OrderStatus, Stage, StageStatus

S, T = Stage, StageStatus
OS = OrderStatus
VERIFYING = Position(OS.PROCESSING, S.VERIFICATION, T.IN_PROGRESS)
FULFILLING = Position(OS.ACTIVE, S.FULFILLMENT, T.IN_PROGRESS)


def decide(position, stage, status, *, reached=(), known=False, part=False, anew=False, late=False):
    return decide_stage_event(
        position=position,
        step=Step(stage, status),
        reached=reached,
        is_known=known,
        is_payment_part=part,
        is_agreed_anew=anew,
        is_late=late,
    )


@pytest.mark.parametrize(
    ("position", "stage", "status", "outcome", "reason"),
    [
        (START, S.PAYMENT, T.IN_PROGRESS, Outcome.MOVE, "moved"),
        (START, S.PAYMENT, T.WAITING, Outcome.MOVE, "moved"),
        (START, S.PAYMENT, T.FAILED, Outcome.MOVE, "moved"),
        (START, S.PAYMENT, T.COMPLETED, Outcome.MOVE, "stage-completed"),
        (START, S.VERIFICATION, T.IN_PROGRESS, Outcome.REFUSE, "stage-not-current"),
        (START, S.FULFILLMENT, T.COMPLETED, Outcome.REFUSE, "stage-not-current"),
        (START, S.COMPLETED, T.COMPLETED, Outcome.REFUSE, "stage-not-current"),
        (VERIFYING, S.VERIFICATION, T.NOT_STARTED, Outcome.REFUSE, "status-does-not-follow"),
        (VERIFYING, S.PAYMENT, T.IN_PROGRESS, Outcome.REFUSE, "stage-not-current"),
        (END, S.FULFILLMENT, T.IN_PROGRESS, Outcome.REFUSE, "stage-not-current"),
        (END, S.COMPLETED, T.IN_PROGRESS, Outcome.REFUSE, "status-does-not-follow"),
        (Position(OS.CANCELED, S.PAYMENT, T.WAITING), S.PAYMENT, T.COMPLETED, Outcome.REFUSE, "order-canceled"),
        (Position(OS.ON_HOLD, S.FULFILLMENT, T.WAITING), S.FULFILLMENT, T.COMPLETED, Outcome.REFUSE, "order-on-hold"),
        (Position(OS.PENDING, S.PAYMENT, T.FAILED), S.PAYMENT, T.IN_PROGRESS, Outcome.MOVE, "moved"),
        (Position(OS.PENDING, S.PAYMENT, T.FAILED), S.PAYMENT, T.COMPLETED, Outcome.REFUSE, "status-does-not-follow"),
    ],
)
def test_an_event_moves_only_the_current_stage_and_only_forward(position, stage, status, outcome, reason):
    verdict = decide(position, stage, status)
    assert (verdict.outcome, verdict.reason) == (outcome, reason)
    if outcome is Outcome.REFUSE:
        assert verdict.position == position


def test_completing_stage_after_stage_reaches_the_end():
    position = START
    statuses = []
    for stage in STAGES[:-1]:
        verdict = decide(position, stage, T.COMPLETED)
        position = verdict.position
        statuses.append(position.order_status)
        assert verdict.steps == (Step(position.stage, position.stage_status),)
    assert position == END
    assert statuses == [OS.PROCESSING, OS.PROCESSING, OS.ACTIVE, OS.COMPLETED]


def test_repeating_what_is_reached_writes_nothing():
    assert decide(VERIFYING, S.VERIFICATION, T.IN_PROGRESS, known=True).outcome is Outcome.REPEAT
    assert decide(END, S.COMPLETED, T.COMPLETED, known=True).outcome is Outcome.REPEAT


def test_repeating_a_passed_stage_writes_nothing():
    verdict = decide(FULFILLING, S.PAYMENT, T.COMPLETED, reached=[Step(S.PAYMENT, T.COMPLETED)])
    assert (verdict.outcome, verdict.reason) == (Outcome.REPEAT, "already-passed")


def test_the_same_status_with_something_new_to_say_is_written_down():
    assert decide(VERIFYING, S.VERIFICATION, T.IN_PROGRESS).outcome is Outcome.RECORD


def test_waiting_for_another_moment_moves_in_place_while_the_order_is_open():
    waiting = Position(OS.PENDING, S.PAYMENT, T.WAITING)
    assert decide(waiting, S.PAYMENT, T.WAITING, known=True, anew=True).outcome is Outcome.MOVE
    assert decide(waiting, S.PAYMENT, T.WAITING, known=True).outcome is Outcome.REPEAT
    for status, reason in ((OS.CANCELED, "order-canceled"), (OS.ON_HOLD, "order-on-hold")):
        verdict = decide(Position(status, S.PAYMENT, T.WAITING), S.PAYMENT, T.WAITING, anew=True)
        assert (verdict.outcome, verdict.reason) == (Outcome.REFUSE, reason)


def test_a_payment_part_counts_even_after_its_stage():
    late = decide(VERIFYING, S.PAYMENT, T.IN_PROGRESS, part=True)
    assert (late.outcome, late.position) == (Outcome.RECORD, VERIFYING)
    assert decide(VERIFYING, S.PAYMENT, T.IN_PROGRESS, part=True, known=True).outcome is Outcome.REPEAT


def test_the_first_payment_part_moves_and_the_next_adds():
    first = decide(START, S.PAYMENT, T.IN_PROGRESS, part=True)
    assert first.outcome is Outcome.MOVE
    second = decide(first.position, S.PAYMENT, T.IN_PROGRESS, part=True)
    assert (second.outcome, second.position) == (Outcome.MOVE, first.position)


def test_work_on_a_passed_stage_that_is_told_late_is_written_down_and_moves_nothing():
    late = decide(FULFILLING, S.VERIFICATION, T.IN_PROGRESS, late=True)
    assert (late.outcome, late.reason, late.position) == (Outcome.RECORD, "told-late", FULFILLING)
    known = decide(
        FULFILLING,
        S.VERIFICATION,
        T.IN_PROGRESS,
        late=True,
        known=True,
        reached=[Step(S.VERIFICATION, T.IN_PROGRESS)],
    )
    assert known.outcome is Outcome.REPEAT


CANCELED = Position(OS.CANCELED, S.PAYMENT, T.IN_PROGRESS)


def test_what_happened_before_a_cancellation_moves_the_checkout_and_the_order_stays_canceled():
    late = decide(CANCELED, S.PAYMENT, T.COMPLETED, late=True)
    assert (late.outcome, late.position) == (
        Outcome.MOVE,
        Position(OS.CANCELED, S.VERIFICATION, T.NOT_STARTED),
    )


def test_a_canceled_order_is_never_completed_however_late_that_is_told():
    canceled = Position(OS.CANCELED, S.FULFILLMENT, T.IN_PROGRESS)
    verdict = decide(canceled, S.FULFILLMENT, T.COMPLETED, late=True)
    assert (verdict.outcome, verdict.reason) == (Outcome.REFUSE, "order-canceled")
