"""An operator takes a completion or a skip back."""

from datetime import datetime
from uuid import UUID

from onboarding.interventions import TaskChanged, give_status, intervention, settle_if_changed
from onboarding.journeys import hold_journey
from onboarding.states import TaskStatus
from smplat.db import Receipt, transaction


def reopen_task(
    *, journey_id: UUID, task_id: UUID, reason: str, by: str, now: datetime, receipt: Receipt | None = None
) -> TaskChanged:
    """Make a completed task pending again, and with it a completed journey active. An open task stays as it is.

    Raises:
        ReasonMissing: the reason is blank.
        JourneyNotFound, TaskNotFound: there is none.
    """
    cause = intervention(by=by, reason=reason, at=now)
    with transaction(receipt=receipt) as keep:
        held = hold_journey(journey_id)
        task = held.get_task(task_id)
        if task.status != TaskStatus.COMPLETED:
            return keep(TaskChanged(journey_id, task_id, has_changed=False))
        changed = give_status(held, task, cause, status=TaskStatus.PENDING, verb="Reopened")
        return keep(settle_if_changed(held, changed, has_moved=True, now=now))
