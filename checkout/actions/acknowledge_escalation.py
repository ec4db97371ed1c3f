"""A person takes an escalation: from then on it is theirs and is not called again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from checkout.errors import EscalationNotFound, EscalationOver, EscalationTaken
from checkout.escalations import ACKNOWLEDGED, tell
from checkout.models import Escalation
from smplat.console.models import User
from smplat.db import transaction


@dataclass(frozen=True)
class Acknowledged:
    """Whose it is now."""

    escalation_id: UUID
    owner: str


def acknowledge_escalation(*, escalation_id: UUID, by: User, now: datetime) -> Acknowledged:
    """Make `by` the one owner. Taking one's own again changes nothing.

    Emits `checkout.escalation` where the stage's policy names a channel.

    Raises:
        EscalationNotFound: there is none.
        EscalationTaken: somebody was faster; the message and `owner` name them.
        EscalationOver: it is resolved.
    """
    with transaction():
        waiting = Escalation.objects.filter(pk=escalation_id, acknowledged_at__isnull=True, resolved_at__isnull=True)
        is_taken = waiting.update(owner=by, acknowledged_at=now)
        escalation = Escalation.objects.select_related("order", "owner").filter(pk=escalation_id).first()
        if escalation is None:
            raise EscalationNotFound
        if is_taken:
            tell([escalation], what=ACKNOWLEDGED, now=now, more=f"by {by}")
        else:
            _check_own(escalation, by=by)
        return Acknowledged(escalation_id, str(by))


def _check_own(escalation: Escalation, *, by: User) -> None:
    if escalation.resolved_at is not None:
        raise EscalationOver
    if escalation.owner != by:
        owner = str(escalation.owner)
        raise EscalationTaken(f"{owner} has taken this escalation already.", extra={"owner": owner})
