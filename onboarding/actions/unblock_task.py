"""An operator says that a blocked task can be done again."""

from datetime import datetime
from uuid import UUID

from onboarding.interventions import TaskChanged, give_status, intervention, settle_if_changed
from onboarding.journeys import hold_journey
from onboarding.self_completion import complete_what_is_done
from onboarding.states import TaskStatus
from smplat.db import Receipt, transaction


def unblock_task(
    *, journey_id: UUID, task_id: UUID, reason: str, by: str, now: datetime, receipt: Receipt | None = None
) -> TaskChanged:
    """Make a blocked task pending; what it needs may have come in meanwhile, then it is completed. Others stay as they are.

    Raises:
        ReasonMissing: the reason is blank.
        JourneyNotFound, TaskNotFound: there is none.
    """
    cause = intervention(by=by, reason=reason, at=now)
    with transaction(receipt=receipt) as keep:
        held = hold_journey(journey_id)
        task = held.get_task(task_id)
        if task.status != TaskStatus.BLOCKED:
            return keep(TaskChanged(journey_id, task_id, has_changed=False))
        changed = give_status(held, task, cause, status=TaskStatus.PENDING, verb="Unblocked")
        complete_what_is_done(held=held, at=now, task=task)
        return keep(settle_if_changed(held, changed, has_moved=False, now=now))
