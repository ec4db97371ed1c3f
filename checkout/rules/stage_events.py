"""Whether a stage event makes sense where an order stands, and where it leads. Source: contract 4.3 and 4.5, defect D-18."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from checkout.rules.position import Position, Step, entering
from checkout.states import STATUS_OF_STAGE, OrderStatus, Stage, StageStatus

# Within one stage: which status may follow which. Completing leads out of the stage and stands for itself below.
FOLLOWING: dict[StageStatus, frozenset[StageStatus]] = {
    StageStatus.NOT_STARTED: frozenset(
        {StageStatus.IN_PROGRESS, StageStatus.WAITING, StageStatus.FAILED, StageStatus.COMPLETED}
    ),
    StageStatus.IN_PROGRESS: frozenset({StageStatus.WAITING, StageStatus.FAILED, StageStatus.COMPLETED}),
    # Waiting on: for another moment than the one agreed.
    StageStatus.WAITING: frozenset(
        {StageStatus.WAITING, StageStatus.IN_PROGRESS, StageStatus.FAILED, StageStatus.COMPLETED}
    ),
    StageStatus.FAILED: frozenset({StageStatus.IN_PROGRESS}),
    StageStatus.COMPLETED: frozenset(),
}


class Outcome(Enum):
    """What to do with a stage event."""

    MOVE = "move"  # write it and move; the time without movement counts anew
    RECORD = "record"  # write it, the state and its times stay
    REPEAT = "repeat"  # already so: answer as if done, write nothing
    REFUSE = "refuse"  # makes no sense here


@dataclass(frozen=True)
class StageVerdict:
    """The outcome, its reason (a stable code) and, for a move, where it leads and what the log says after the event."""

    outcome: Outcome
    reason: str
    position: Position
    # Lines that follow the event itself, for example the stage that is entered.
    steps: tuple[Step, ...] = ()


def decide_stage_event(
    *,
    position: Position,
    step: Step,
    reached: Collection[Step],
    is_known: bool,
    is_payment_part: bool,
    is_agreed_anew: bool = False,
    is_late: bool = False,
) -> StageVerdict:
    """Decide about one event.

    Told in any order, the same events lead to the same end: what comes too early is refused and sent again, what comes
    late is put where it belongs.

    Args:
        position: where the order stands.
        step: the stage and status the event reports.
        reached: every stage and status this checkout's log already holds.
        is_known: an event equal in stage, status, note and payload is already in the log.
        is_payment_part: the event reports one part of the payment ({method, amount}); parts add up and may come late.
        is_agreed_anew: it waits, and names another moment than the one the checkout waits for.
        is_late: it happened before the checkout left that stage, or before the order was canceled, and is only told now.
    """
    known_part = is_payment_part and step.stage is Stage.PAYMENT and step.status is not StageStatus.COMPLETED
    part = _decide_payment_part(position=position, step=step, is_known=is_known) if known_part else None
    if part is not None:
        return part
    if step == Step(position.stage, position.stage_status) and not is_agreed_anew:
        return StageVerdict(Outcome.REPEAT if is_known else Outcome.RECORD, "already-there", position)
    if step.stage.position < position.stage.position:
        if is_late and not is_known and step.status not in {StageStatus.NOT_STARTED, StageStatus.COMPLETED}:
            return StageVerdict(Outcome.RECORD, "told-late", position)
        if step in reached:
            return StageVerdict(Outcome.REPEAT, "already-passed", position)
    refusal = _find_refusal(position=position, step=step, is_late=is_late)
    if refusal is not None:
        return StageVerdict(Outcome.REFUSE, refusal, position)
    return _move(position=position, step=step)


def _find_refusal(*, position: Position, step: Step, is_late: bool) -> str | None:
    # What happened before the cancellation still counts, except that a canceled order is never completed.
    would_complete = step == Step(Stage.FULFILLMENT, StageStatus.COMPLETED)
    if position.order_status is OrderStatus.CANCELED and (would_complete or not is_late):
        return "order-canceled"
    if position.order_status is OrderStatus.ON_HOLD:
        return "order-on-hold"
    if step.stage is not position.stage:
        return "stage-not-current"
    return None if step.status in FOLLOWING[position.stage_status] else "status-does-not-follow"


def _decide_payment_part(*, position: Position, step: Step, is_known: bool) -> StageVerdict | None:
    """A part that is known repeats; one that comes after its stage is written down and moves nothing; one more moves in place."""
    if is_known:
        return StageVerdict(Outcome.REPEAT, "part-already-known", position)
    if position.stage is not Stage.PAYMENT:
        return StageVerdict(Outcome.RECORD, "payment-part", position)
    # The customer did something, so the checkout does not stand still.
    same_place = step == Step(position.stage, position.stage_status)
    return StageVerdict(Outcome.MOVE, "payment-part", position) if same_place else None


def _move(*, position: Position, step: Step) -> StageVerdict:
    if step.status is not StageStatus.COMPLETED:
        moved = Position(position.order_status, step.stage, step.status)
        return StageVerdict(Outcome.MOVE, "moved", moved)
    arrival = entering(step.stage.following)
    is_canceled = position.order_status is OrderStatus.CANCELED
    status = OrderStatus.CANCELED if is_canceled else STATUS_OF_STAGE[arrival.stage]
    moved = Position(status, arrival.stage, arrival.status)
    return StageVerdict(Outcome.MOVE, "stage-completed", moved, (arrival,))
