"""Due times that passed while their task is open are written down once."""

from datetime import datetime

from django.db.models import Exists, OuterRef

from onboarding.at_risk import overdue_tasks
from onboarding.breaches import write_breaches
from onboarding.models import SlaBreach
from smplat.db import transaction


def record_breaches(*, limit: int, now: datetime) -> int:
    """Write at most `limit` breaches; returns how many. Twice is once: a task breaches one due time once.

    A canceled order breaches nothing, one on hold not before it goes on, and a backdated one was never promised anything.
    """
    with transaction():
        known = SlaBreach.objects.filter(task=OuterRef("pk"), due_at=OuterRef("due_at"))
        fresh = overdue_tasks(now=now).exclude(Exists(known))
        late = list(
            fresh.filter(journey__order__is_backdated=False).select_related("journey").order_by("due_at", "id")[:limit]
        )
        write_breaches(late, now=now)
        return len(late)
