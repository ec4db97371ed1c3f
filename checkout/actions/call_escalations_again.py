"""Escalations that nobody took before their deadline are called again."""

from datetime import datetime

from checkout.escalations import call_again
from checkout.models import Escalation
from smplat.db import transaction


def call_escalations_again(*, limit: int, now: datetime) -> int:
    """Call one batch anew, each with a new deadline; returns how many. Two at once never call the same one twice.

    Emits `checkout.escalation` where the stage's policy names a channel.
    """
    with transaction():
        waiting = Escalation.objects.filter(acknowledged_at__isnull=True, resolved_at__isnull=True)
        late = waiting.filter(deadline_at__lte=now).select_related("order").order_by("deadline_at", "id")
        held = list(late.select_for_update(skip_locked=True, no_key=True, of=("self",))[:limit])
        call_again(held, now=now)
        return len(held)
