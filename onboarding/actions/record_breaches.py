"""Due times that passed while their task is open are written down once."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from onboarding.at_risk import overdue_tasks
from onboarding.breaches import write_breaches
from onboarding.clock_batches import BREACHES, Batch, Named, work_through
from onboarding.models import SlaBreach, Task
from smplat.bulk_rows import among
from smplat.db import transaction
from smplat.operations.set_aside import not_set_aside


def record_breaches(*, limit: int, now: datetime) -> Batch:
    """Write at most `limit` breaches. Twice is once: a task breaches one due time once.

    A canceled order breaches nothing, one on hold not before it goes on, and a backdated one was never promised anything.
    A task whose breach cannot be written is set aside.
    """
    with transaction():
        late = not_set_aside(_unrecorded(now), sweep=BREACHES, now=now).order_by("due_at", "id")
        names = late.values_list("id", "journey_id", "journey__order__order_number")[:limit]

        def write(ids: Sequence[UUID]) -> int:
            # Nobody holds the tasks: what was made good meanwhile has its breach already.
            tasks = list(among(_unrecorded(now), "id", ids).select_related("journey"))
            write_breaches(tasks, now=now)
            return len(tasks)

        return work_through(write, rows=[Named(*row) for row in names], part=BREACHES, now=now)


def _unrecorded(now: datetime) -> QuerySet[Task]:
    known = SlaBreach.objects.filter(task=OuterRef("pk"), due_at=OuterRef("due_at"))
    return overdue_tasks(now=now).exclude(Exists(known)).filter(journey__order__is_backdated=False)
