"""An operator says that a task cannot be done now."""

from datetime import datetime
from uuid import UUID

from onboarding.interventions import TaskChanged, give_status, intervention, require_open, settle_if_changed
from onboarding.journeys import hold_journey
from onboarding.states import TaskStatus
from smplat.db import Receipt, transaction


def block_task(
    *, journey_id: UUID, task_id: UUID, reason: str, by: str, now: datetime, receipt: Receipt | None = None
) -> TaskChanged:
    """Block a task: the client is not reminded of it, and the turn is ours until it is unblocked.

    Raises:
        ReasonMissing: the reason is blank.
        JourneyNotFound, TaskNotFound: there is none.
        TaskAlreadyDone: there is nothing left to block.
    """
    cause = intervention(by=by, reason=reason, at=now)
    with transaction(receipt=receipt) as keep:
        held = hold_journey(journey_id)
        task = held.get_task(task_id)
        require_open(task)
        changed = give_status(held, task, cause, status=TaskStatus.BLOCKED, verb="Blocked")
        return keep(settle_if_changed(held, changed, has_moved=False, now=now))
