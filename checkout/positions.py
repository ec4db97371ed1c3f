"""Reading and writing where an order and its checkout stand. Both rows are locked order first, so that nobody deadlocks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from checkout.actors import Actor
from checkout.errors import MovedMeanwhile, OrderNotFound
from checkout.escalations import resolve_open
from checkout.models import Orchestration, OrchestrationEvent, Order, OrderStateEvent
from checkout.moved import announce_moved
from checkout.policies import find_policy
from checkout.rules.position import Position, Step
from checkout.rules.recovery import due_at
from checkout.states import WORKING, OrderStatus, Stage, StageStatus, StateEventType
from smplat.db import require_transaction


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
    order = Order.objects.select_for_update().filter(pk=order_id).first()
    if order is None:
        raise OrderNotFound
    # The order's lock is held, so nobody else creates the missing row meanwhile.
    orchestration = Orchestration.objects.select_for_update().filter(order=order).first()
    return Held(order, orchestration or open_orchestration(order=order, now=now))


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


def open_orchestration(*, order: Order, now: datetime) -> Orchestration:
    """Create the checkout of an order where the order's status says it stands, with its first event."""
    require_transaction()
    stage = initial_stage(OrderStatus(order.status))
    status = StageStatus.COMPLETED if stage is Stage.COMPLETED else StageStatus.NOT_STARTED
    orchestration = Orchestration.objects.create(
        order=order,
        current_stage=stage,
        stage_status=status,
        completed_at=order.updated_at if stage is Stage.COMPLETED else None,
        stage_entered_at=order.created_at,
        last_transition_at=order.created_at,
        recovery_due_at=_due_at(
            order=order,
            position=Position(OrderStatus(order.status), stage, status),
            moved_at=order.created_at,
            waits_until=None,
        ),
        created_at=now,
        updated_at=now,
    )
    write_event(orchestration=orchestration, step=Step(stage, status), at=order.created_at, note="created")
    return orchestration


def initial_stage(status: OrderStatus) -> Stage:
    """The stage of an order whose checkout was never written down."""
    return {
        OrderStatus.PROCESSING: Stage.VERIFICATION,
        OrderStatus.ACTIVE: Stage.FULFILLMENT,
        OrderStatus.COMPLETED: Stage.COMPLETED,
    }.get(status, Stage.PAYMENT)


def write_event(
    *, orchestration: Orchestration, step: Step, at: datetime, note: str = "", payload: dict[str, Any] | None = None
) -> None:
    """Append one line to the checkout's log."""
    require_transaction()
    OrchestrationEvent.objects.create(
        orchestration=orchestration,
        stage=step.stage,
        status=step.status,
        transition_note=note,
        payload=payload or {},
        created_at=at,
    )


def write_steps(*, orchestration: Orchestration, steps: Iterable[Step], at: datetime, note: str) -> None:
    """Append the lines that follow from a move."""
    for step in steps:
        write_event(orchestration=orchestration, step=step, at=at, note=note)


def write_state_change(
    *,
    order: Order,
    to_status: OrderStatus,
    by: Actor,
    at: datetime,
    notes: str = "",
    metadata: dict[str, Any] | None = None,
) -> None:
    """Append a change of status to the order's log; written before the order itself is."""
    require_transaction()
    OrderStateEvent.objects.create(
        order=order,
        event_type=StateEventType.STATE_CHANGE,
        actor_type=by.type or "",
        actor_id=by.id,
        actor_label=by.label,
        from_status=order.status,
        to_status=to_status,
        notes=notes,
        metadata=metadata,
        created_at=at,
    )


def canceled_at(order: Order) -> datetime | None:
    """When an order was canceled; None while it is not."""
    if order.status != OrderStatus.CANCELED:
        return None
    changes = OrderStateEvent.objects.filter(order=order, to_status=OrderStatus.CANCELED)
    return changes.order_by("-created_at").values_list("created_at", flat=True).first()


def write_note(*, order: Order, by: Actor, at: datetime, notes: str) -> None:
    """Append a person's note to the order's log; customers do not see it."""
    require_transaction()
    OrderStateEvent.objects.create(
        order=order,
        event_type=StateEventType.NOTE,
        actor_type=by.type or "",
        actor_id=by.id,
        actor_label=by.label,
        notes=notes,
        created_at=at,
    )


def write_position(
    *, held: Held, position: Position, waits_until: datetime | None, at: datetime, now: datetime
) -> None:
    """Store a new position in both rows, with the times that go with it.

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
    checkout.save()
    order.status, order.updated_at = position.order_status, now
    order.save(update_fields=["status", "updated_at"])


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
        policy=find_policy(position.stage),
    )
