"""Terms that one journey or many at once can be given: due times and owners."""

from datetime import datetime

from onboarding.breaches import write_if_missed
from onboarding.interventions import Intervention, TaskChanged, give_term, log
from onboarding.journeys import Held, as_text, write_event
from onboarding.models import Task
from onboarding.states import JourneyEventType
from smplat.db import require_transaction


def give_due_time(held: Held, task: Task, cause: Intervention, *, due_at: datetime | None) -> TaskChanged:
    """Set a task's due time, and charge the one that it missed; the journey is still to be settled."""
    before = task.due_at
    if before == due_at:
        return TaskChanged(held.journey.pk, task.pk, has_changed=False)
    write_if_missed(task, journey=held.journey, at=cause.at)
    task.due_at = due_at
    when = f"{due_at:%Y-%m-%d %H:%M} UTC" if due_at else "no due time"
    return give_term(
        held,
        task,
        cause,
        field="due_at",
        before=as_text(before),
        after=as_text(due_at),
        summary=f"Due time now {when}: {task.title}",
    )


def give_owner(held: Held, cause: Intervention, *, owner_id: int | None, name: str) -> bool:
    """Set who answers for a journey; False when it is so already. Still to be settled."""
    require_transaction()
    before = held.journey.owner_id
    if before == owner_id:
        return False
    held.journey.owner_id = owner_id
    write_event(
        journey=held.journey,
        event_type=JourneyEventType.OWNER_CHANGED,
        metadata=cause.as_metadata(before=before, after=owner_id),
        at=cause.at,
    )
    log(held, cause, summary=f"Owner is now {name}")
    return True
