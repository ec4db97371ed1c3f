"""An operator takes a task over, gives it to a colleague, or hands it back to the client."""

from datetime import datetime
from uuid import UUID

from onboarding.interventions import (
    TaskChanged,
    give_term,
    intervention,
    require_open,
    require_person,
    settle_if_changed,
)
from onboarding.journeys import hold_journey
from smplat.db import Receipt, transaction


def reassign_task(
    *,
    journey_id: UUID,
    task_id: UUID,
    assignee_id: int | None,
    reason: str,
    by: str,
    now: datetime,
    receipt: Receipt | None = None,
) -> TaskChanged:
    """Set who of ours does a task; while somebody does, the turn is ours. None hands it back to the client.

    Raises:
        ReasonMissing: the reason is blank.
        UnknownPerson: there is no such member of staff.
        JourneyNotFound, TaskNotFound: there is none.
        TaskAlreadyDone: there is nothing left to do.
    """
    cause = intervention(by=by, reason=reason, at=now)
    with transaction(receipt=receipt) as keep:
        name = require_person(assignee_id)
        held = hold_journey(journey_id)
        task = held.get_task(task_id)
        require_open(task)
        before = task.assignee_id
        if before == assignee_id:
            return keep(TaskChanged(journey_id, task_id, has_changed=False))
        task.assignee_id = assignee_id
        summary = f"Given to {name}: {task.title}"
        changed = give_term(held, task, cause, field="assignee", before=before, after=assignee_id, summary=summary)
        return keep(settle_if_changed(held, changed, has_moved=False, now=now))
