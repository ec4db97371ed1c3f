"""A person calls another for an order, with a note."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from checkout.errors import AlreadyEscalated, NothingToRecover
from checkout.escalations import Call, open_escalations
from checkout.models import EscalationReason, RecoveryPolicy
from checkout.positions import hold_order
from checkout.states import OrderStatus
from smplat.db import transaction

OVER = (OrderStatus.COMPLETED, OrderStatus.CANCELED)


@dataclass(frozen=True)
class Escalated:
    """The new escalation and until when somebody has to take it."""

    escalation_id: UUID
    deadline_at: datetime


def escalate_order(*, order_id: UUID, note: str, now: datetime) -> Escalated:
    """Open an escalation with the deadline of the stage's policy; who called is in its history.

    Emits `checkout.escalation` where the policy names a channel.

    Raises:
        OrderNotFound: there is no such order.
        NothingToRecover: it is completed or canceled.
        AlreadyEscalated: it has an open escalation.
    """
    with transaction():
        held = hold_order(order_id=order_id, now=now)
        position = held.position
        if position.order_status in OVER:
            raise NothingToRecover
        policy = RecoveryPolicy.objects.filter(stage=position.stage).first()
        call = Call(held.order, position.stage, EscalationReason.MANUAL, policy, note=note)
        opened = open_escalations([call], now=now)
        if not opened:
            raise AlreadyEscalated
        return Escalated(opened[0].pk, opened[0].deadline_at)
