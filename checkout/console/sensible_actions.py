"""Which buttons of an order make no sense where it stands: they are not shown. What refuses is the action itself."""

from uuid import UUID

from checkout.models import Escalation
from checkout.rules.position import Position
from checkout.states import OrderStatus, Stage, StageStatus
from smplat.operations.models import Hold, HoldScope

MOVES_STAGE = frozenset({"complete_stage", "fail_stage", "retry_stage"})
RECOVERS = frozenset({"prompt_now", "prompt_anyway", "snooze", "escalate"})


def find_senseless(*, order_id: UUID, position: Position) -> frozenset[str]:
    """Names of actions to leave out."""
    return _by_position(position) | _by_snooze(order_id) | _by_escalation(order_id)


def _by_position(position: Position) -> frozenset[str]:
    if position.order_status is OrderStatus.CANCELED:
        return MOVES_STAGE | RECOVERS | {"change_status"}
    if position.stage is Stage.COMPLETED:
        return MOVES_STAGE | RECOVERS
    if position.order_status is OrderStatus.ON_HOLD:
        return MOVES_STAGE | {"prompt_now", "prompt_anyway"}
    has_failed = position.stage_status is StageStatus.FAILED
    return frozenset({"complete_stage", "fail_stage"} if has_failed else {"retry_stage"})


def _by_snooze(order_id: UUID) -> frozenset[str]:
    snoozed = Hold.objects.filter(scope=HoldScope.ORDER, subject=str(order_id), released_at__isnull=True)
    return frozenset() if snoozed.exists() else frozenset({"wake"})


def _by_escalation(order_id: UUID) -> frozenset[str]:
    taken = (
        Escalation.objects.filter(order_id=order_id, resolved_at__isnull=True).values_list("acknowledged_at").first()
    )
    if taken is None:
        return frozenset({"acknowledge", "resolve"})
    return frozenset({"escalate", "acknowledge"} if taken[0] else {"escalate"})
