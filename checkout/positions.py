"""Reading and writing where an order and its checkout stand. Both rows are locked order first, so that nobody deadlocks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from checkout.errors import MovedMeanwhile, OrderNotFound
from checkout.escalations import resolve_open
from checkout.log_lines import event_of
from checkout.models import Orchestration, OrchestrationEvent, Order
from checkout.moved import announce_moved
from checkout.policies import find_policy
from checkout.rules.position import Position, Step
from checkout.rules.recovery import due_at, rest_reason
from checkout.states import WORKING, OrderStatus, Stage, StageStatus
from smplat.db import require_transaction
from smplat.evidence import Evidence
from smplat.instances import Columns, first_pair, write_together

PLACED: Final = Columns(Order, "placed")
CHECKOUT: Final = Columns(Orchestration, "checkout")
# One round trip for both locks, which PostgreSQL takes in the order in which they are named here. Whatever it had to wait
# for is in what it answers. No key: rows that only point to the order are written meanwhile.
HOLD: Final = f"""
SELECT {PLACED}, {CHECKOUT}
FROM checkout_order AS placed JOIN checkout_orchestration AS checkout ON checkout.order_id = placed.id
WHERE placed.id = %s FOR NO KEY UPDATE OF placed, checkout
"""  # noqa: S608 - names of columns
# What a move changes.
ORDER_STATE: Final = ("status", "updated_at")
CHECKOUT_STATE: Final = (
    "current_stage",
    "stage_status",
    "metadata",
    "started_at",
    "completed_at",
    "failed_at",
    "stage_entered_at",
    "last_transition_at",
    "next_action_at",
    "recovery_due_at",
    "prompts_sent",
    "last_prompt_at",
    "updated_at",
)


@dataclass(frozen=True)
class Held:
    """An order and its checkout, locked until the transaction ends."""

    order: Order
    orchestration: Orchestration

    @property
    def position(self) -> Position:
        """Where the two stand."""
        return Position(
            OrderStatus(self.order.status),
            Stage(self.orchestration.current_stage),
            StageStatus(self.orchestration.stage_status),
        )


def hold_order(*, order_id: UUID, now: datetime) -> Held:
    """Lock an order and its checkout; a checkout that is missing (rows made by SQL) is created.

    Raises:
        OrderNotFound: there is no such order.
    """
    require_transaction()
    pair = first_pair(PLACED, CHECKOUT, HOLD, [order_id])
    return Held(*pair) if pair else _hold_incomplete(order_id=order_id, now=now)


def _hold_incomplete(*, order_id: UUID, now: datetime) -> Held:
    order = Order.objects.select_for_update(no_key=True).filter(pk=order_id).first()
    if order is None:
        raise OrderNotFound
    # The order's lock is held, so nobody else creates the missing row meanwhile.
    orchestration = Orchestration.objects.select_for_update(no_key=True).filter(order=order).first()
    if orchestration is None:
        orchestration, opening = open_orchestration(order=order, now=now)
        write_together(new=[orchestration, opening])
    return Held(order, orchestration)


def check_still(*, held: Held, seen: Position | None) -> None:
    """Make sure that an order still stands where the person who decided saw it.

    Raises:
        MovedMeanwhile: somebody else was faster; the message says where it stands now.
    """
    now_at = held.position
    if seen is not None and seen != now_at:
        raise MovedMeanwhile(
            f"Somebody moved this order meanwhile: it is {now_at.order_status.label.lower()} now, "
            f"in {now_at.stage.label.lower()} ({now_at.stage_status.label.lower()}). Close this and look again."
        )


def open_orchestration(*, order: Order, now: datetime) -> tuple[Orchestration, OrchestrationEvent]:
    """The checkout of an order where the order's status says it stands, and its first event; the caller writes them."""
    stage = initial_stage(OrderStatus(order.status))
    status = StageStatus.COMPLETED if stage is Stage.COMPLETED else StageStatus.NOT_STARTED
    position = Position(OrderStatus(order.status), stage, status)
    orchestration = Orchestration(
        order=order,
        current_stage=stage,
        stage_status=status,
        completed_at=order.updated_at if stage is Stage.COMPLETED else None,
        stage_entered_at=order.created_at,
        last_transition_at=order.created_at,
        recovery_due_at=_due_at(order=order, position=position, moved_at=order.created_at, waits_until=None),
        created_at=now,
        updated_at=now,
    )
    opening = event_of(orchestration=orchestration, step=Step(stage, status), at=order.created_at, note="created")
    return orchestration, opening


def initial_stage(status: OrderStatus) -> Stage:
    """The stage of an order whose checkout was never written down."""
    return {
        OrderStatus.PROCESSING: Stage.VERIFICATION,
        OrderStatus.ACTIVE: Stage.FULFILLMENT,
        OrderStatus.COMPLETED: Stage.COMPLETED,
    }.get(status, Stage.PAYMENT)


def write_move(
    *,
    held: Held,
    position: Position,
    lines: Sequence[Evidence],
    waits_until: datetime | None,
    at: datetime,
    now: datetime,
) -> None:
    """Store a new position in both rows, with the times that go with it, and the lines of the logs that tell of it.

    An order that moves on needs nobody any more: its open escalation is resolved. Emits `checkout.order.moved`.
    """
    require_transaction()
    order, checkout = held.order, held.orchestration
    if (position.stage, position.order_status) != (checkout.current_stage, order.status):
        resolve_open(order_id=order.pk, resolution=_arrival(position), now=now)
        announce_moved(order=order, position=position, at=at, now=now)
    if position.stage != checkout.current_stage:
        checkout.stage_entered_at = at
        checkout.prompts_sent, checkout.last_prompt_at = 0, None
    checkout.current_stage, checkout.stage_status = position.stage, position.stage_status
    checkout.started_at = checkout.started_at or (at if position.stage_status in WORKING else None)
    checkout.failed_at = at if position.stage_status is StageStatus.FAILED else None
    checkout.completed_at = at if position.stage is Stage.COMPLETED else None
    # Told late, a move lies before the last one.
    checkout.last_transition_at = max(checkout.last_transition_at, at)
    checkout.updated_at = now
    checkout.next_action_at = waits_until
    checkout.recovery_due_at = _due_at(order=order, position=position, moved_at=at, waits_until=waits_until)
    order.status, order.updated_at = position.order_status, now
    write_together(new=lines, changed=[(order, ORDER_STATE), (checkout, CHECKOUT_STATE)])


def _arrival(position: Position) -> str:
    if position.order_status in {OrderStatus.CANCELED, OrderStatus.ON_HOLD, OrderStatus.COMPLETED}:
        return f"The order is {position.order_status.label.lower()}."
    return f"The order moved to {position.stage.label.lower()}."


def _due_at(*, order: Order, position: Position, moved_at: datetime, waits_until: datetime | None) -> datetime | None:
    return due_at(
        position=position,
        is_backdated=order.is_backdated,
        moved_at=moved_at,
        waits_until=waits_until,
        policy=None if rest_reason(position=position, is_backdated=order.is_backdated) else find_policy(position.stage),
    )
