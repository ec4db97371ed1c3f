"""Lines of an order's two logs, ready to be written: what the storefront reads of a checkout, and what staff reads of an order."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from checkout.actors import Actor
from checkout.models import Orchestration, OrchestrationEvent, Order, OrderStateEvent
from checkout.rules.position import Step
from checkout.states import OrderStatus, StateEventType


def event_of(
    *, orchestration: Orchestration, step: Step, at: datetime, note: str = "", payload: dict[str, Any] | None = None
) -> OrchestrationEvent:
    """A stage reached a status."""
    return OrchestrationEvent(
        orchestration=orchestration,
        stage=step.stage,
        status=step.status,
        transition_note=note,
        payload=payload or {},
        created_at=at,
    )


def events_of(
    *, orchestration: Orchestration, steps: Iterable[Step], at: datetime, note: str
) -> list[OrchestrationEvent]:
    """The steps that follow from a move."""
    return [event_of(orchestration=orchestration, step=step, at=at, note=note) for step in steps]


def state_change_of(
    *,
    order: Order,
    to_status: OrderStatus,
    by: Actor,
    at: datetime,
    notes: str = "",
    metadata: dict[str, Any] | None = None,
) -> OrderStateEvent:
    """The order goes from the status it has to another; made before the order itself is changed."""
    statuses = {"from_status": order.status, "to_status": to_status}
    return _line_of(order, StateEventType.STATE_CHANGE, by=by, at=at, notes=notes, metadata=metadata, **statuses)


def note_of(
    *, order: Order, by: Actor, at: datetime, notes: str, metadata: dict[str, Any] | None = None
) -> OrderStateEvent:
    """A person's words; customers do not see them."""
    return _line_of(order, StateEventType.NOTE, by=by, at=at, notes=notes, metadata=metadata)


def _line_of(order: Order, event_type: StateEventType, *, by: Actor, at: datetime, **said: Any) -> OrderStateEvent:
    return OrderStateEvent(
        order=order,
        event_type=event_type,
        actor_type=by.type or "",
        actor_id=by.id,
        actor_label=by.label,
        created_at=at,
        **said,
    )
