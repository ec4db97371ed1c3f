"""An operator decides that a task need not be done."""

from datetime import datetime
from uuid import UUID

from onboarding.interventions import TaskChanged, give_status, intervention, require_open, settle_if_changed
from onboarding.journeys import hold_journey
from onboarding.states import TaskStatus
from smplat.db import Receipt, transaction


def skip_task(
    *, journey_id: UUID, task_id: UUID, reason: str, by: str, now: datetime, receipt: Receipt | None = None
) -> TaskChanged:
    """Complete a task without its work; it counts as completed and stays marked as skipped.

    Raises:
        ReasonMissing: the reason is blank.
        JourneyNotFound, TaskNotFound: there is none.
        TaskAlreadyDone: it was completed by work.
    """
    cause = intervention(by=by, reason=reason, at=now)
    with transaction(receipt=receipt) as keep:
        held = hold_journey(journey_id)
        task = held.get_task(task_id)
        if not task.is_skipped:
            require_open(task)
        changed = give_status(held, task, cause, status=TaskStatus.COMPLETED, verb="Skipped", is_skipped=True)
        return keep(settle_if_changed(held, changed, has_moved=True, now=now))
