"""A person ends an escalation and says what came of it."""

from datetime import datetime
from uuid import UUID

from checkout.errors import EscalationNotFound, EscalationOver
from checkout.escalations import RESOLVED, tell
from checkout.models import Escalation
from smplat.db import transaction


def resolve_escalation(*, escalation_id: UUID, resolution: str, now: datetime) -> None:
    """Close it; who did is in its history. The checkout itself stays where it is.

    Emits `checkout.escalation` where the stage's policy names a channel.

    Raises:
        EscalationNotFound: there is none.
        EscalationOver: it is resolved already, by a person or because the order moved.
    """
    with transaction():
        is_open = Escalation.objects.filter(pk=escalation_id, resolved_at__isnull=True)
        is_mine = is_open.update(resolved_at=now, resolution=resolution)
        escalation = Escalation.objects.select_related("order").filter(pk=escalation_id).first()
        if escalation is None:
            raise EscalationNotFound
        if not is_mine:
            raise EscalationOver
        tell([escalation], what=RESOLVED, now=now, more=resolution)
