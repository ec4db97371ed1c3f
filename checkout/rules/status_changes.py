"""Which status an order may get by hand, and how its checkout follows. Source: contract 4.8 and the table in docs/checkout.md."""

from dataclasses import dataclass

from checkout.rules.position import END, Position, Step, entering
from checkout.states import STAGES, OrderStatus, Stage, StageStatus

ALLOWED: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.PENDING: frozenset(
        {OrderStatus.PROCESSING, OrderStatus.ACTIVE, OrderStatus.COMPLETED, OrderStatus.CANCELED}
    ),
    OrderStatus.PROCESSING: frozenset(
        {OrderStatus.ACTIVE, OrderStatus.COMPLETED, OrderStatus.ON_HOLD, OrderStatus.CANCELED}
    ),
    OrderStatus.ACTIVE: frozenset({OrderStatus.COMPLETED, OrderStatus.ON_HOLD, OrderStatus.CANCELED}),
    OrderStatus.ON_HOLD: frozenset({OrderStatus.PROCESSING, OrderStatus.ACTIVE, OrderStatus.CANCELED}),
    OrderStatus.COMPLETED: frozenset({OrderStatus.ACTIVE}),
    OrderStatus.CANCELED: frozenset(),
}

# The first stage an order is in when a person gives it this status.
ENTRY_STAGE: dict[OrderStatus, Stage] = {
    OrderStatus.PROCESSING: Stage.VERIFICATION,
    OrderStatus.ACTIVE: Stage.FULFILLMENT,
    OrderStatus.COMPLETED: Stage.COMPLETED,
}


@dataclass(frozen=True)
class StatusVerdict:
    """Whether the change is allowed, why not, where it leads and which stage events it writes."""

    is_allowed: bool
    reason: str
    position: Position
    steps: tuple[Step, ...] = ()


def decide_status_change(*, position: Position, wanted: OrderStatus, by_person: bool) -> StatusVerdict:
    """Decide about one status change.

    Moving ahead writes a completion for each stage that is skipped, so that the log never has a hole. Leaving on_hold
    for the status that its stage already has resumes in place; otherwise the checkout goes to the status's first stage.

    Args:
        position: where the order stands.
        wanted: the new status.
        by_person: an operator or admin asks; only they may reopen what is completed.
    """
    if wanted not in ALLOWED[position.order_status]:
        return StatusVerdict(is_allowed=False, reason="transition-not-allowed", position=position)
    if position.order_status is OrderStatus.COMPLETED and not by_person:
        return StatusVerdict(is_allowed=False, reason="reopening-needs-a-person", position=position)
    if wanted in {OrderStatus.ON_HOLD, OrderStatus.CANCELED}:
        stays = Position(wanted, position.stage, position.stage_status)
        return StatusVerdict(is_allowed=True, reason="checkout-stays", position=stays)
    return _follow(position=position, wanted=wanted)


def _follow(*, position: Position, wanted: OrderStatus) -> StatusVerdict:
    target = ENTRY_STAGE[wanted]
    if wanted is OrderStatus.PROCESSING and position.stage is Stage.LOYALTY_HOLD:
        target = Stage.LOYALTY_HOLD
    if target is position.stage:
        resumed = Position(wanted, position.stage, position.stage_status)
        return StatusVerdict(is_allowed=True, reason="checkout-resumes", position=resumed)
    skipped = tuple(Step(stage, StageStatus.COMPLETED) for stage in STAGES[position.stage.position : target.position])
    arrival = entering(target)
    moved = END if target is Stage.COMPLETED else Position(wanted, arrival.stage, arrival.status)
    reason = "checkout-advances" if skipped else "checkout-returns"
    return StatusVerdict(is_allowed=True, reason=reason, position=moved, steps=(*skipped, arrival))
