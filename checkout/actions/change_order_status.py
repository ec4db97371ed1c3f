"""A person or a program gives an order another status."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from checkout.actors import Actor
from checkout.errors import TransitionNotAllowed
from checkout.log_lines import events_of, state_change_of
from checkout.models import Order
from checkout.paid import announce_paid
from checkout.positions import check_still, hold_order, write_move
from checkout.rules.position import Position, Step
from checkout.rules.status_changes import decide_status_change
from checkout.states import OrderStatus, Stage, StageStatus
from smplat.db import Receipt, transaction

PAID = Step(Stage.PAYMENT, StageStatus.COMPLETED)


@dataclass(frozen=True)
class StatusChanged:
    """From where to where an order went, and how it stands now."""

    order: Order
    from_status: OrderStatus
    to_status: OrderStatus


def change_order_status(
    *,
    order_id: UUID,
    wanted: OrderStatus,
    by: Actor,
    notes: str,
    metadata: dict[str, Any] | None,
    occurred_at: datetime,
    now: datetime,
    seen: Position | None = None,
    receipt: Receipt | None = None,
) -> StatusChanged:
    """Change the status; the checkout follows, with an event for each stage that is skipped.

    `notes` stay in the order's log; the checkout's events, which the storefront shows, do not carry them.
    Emits `checkout.order.paid` when the change carries the order past payment.

    Raises:
        OrderNotFound: there is no such order.
        MovedMeanwhile: the order is not where the caller saw it (`seen`; None looks at nothing).
        TransitionNotAllowed: the status cannot follow the present one.
    """
    with transaction(receipt=receipt) as keep:
        held = hold_order(order_id=order_id, now=now)
        check_still(held=held, seen=seen)
        before = held.position.order_status
        verdict = decide_status_change(position=held.position, wanted=wanted, by_person=by.is_person)
        if not verdict.is_allowed:
            raise TransitionNotAllowed(
                f"Cannot transition order from {before} to {wanted}", extra={"reason": verdict.reason}
            )
        change = state_change_of(
            order=held.order, to_status=wanted, by=by, at=occurred_at, notes=notes, metadata=metadata
        )
        events = events_of(orchestration=held.orchestration, steps=verdict.steps, at=occurred_at, note=verdict.reason)
        lines = [change, *events]
        write_move(held=held, position=verdict.position, lines=lines, waits_until=None, at=occurred_at, now=now)
        if PAID in verdict.steps:
            announce_paid(order=held.order, at=occurred_at, now=now)
        return keep(StatusChanged(held.order, before, wanted))
