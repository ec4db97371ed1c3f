"""An operator moves the due time of a task."""

from datetime import datetime
from uuid import UUID

from onboarding.errors import InvalidDueTime
from onboarding.interventions import TaskChanged, intervention, require_open, settle_if_changed
from onboarding.journeys import hold_journey
from onboarding.terms import give_due_time
from smplat.db import Receipt, transaction


def change_due_time(
    *,
    journey_id: UUID,
    task_id: UUID,
    due_at: datetime | None,
    reason: str,
    by: str,
    now: datetime,
    receipt: Receipt | None = None,
) -> TaskChanged:
    """Set until when a task should be done; None: it is never due.

    Raises:
        ReasonMissing: the reason is blank.
        InvalidDueTime: the time has passed.
        JourneyNotFound, TaskNotFound: there is none.
        TaskAlreadyDone: there is nothing left to be due.
    """
    cause = intervention(by=by, reason=reason, at=now)
    if due_at is not None and due_at <= now:
        raise InvalidDueTime(field="due_at")
    with transaction(receipt=receipt) as keep:
        held = hold_journey(journey_id)
        task = held.get_task(task_id)
        require_open(task)
        changed = give_due_time(held, task, cause, due_at=due_at)
        return keep(settle_if_changed(held, changed, has_moved=False, now=now))
