"""What people of ours do to a journey: every change says who made it and why, in its event and in the log for people."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model

from onboarding.errors import ReasonMissing, TaskAlreadyDone, UnknownPerson
from onboarding.journeys import Held, change_task_status, settle, write_event, write_interaction
from onboarding.models import Task
from onboarding.states import ActorType, InteractionChannel, JourneyEventType, TaskStatus
from smplat.db import require_transaction

SUMMARY_LENGTH = 255


@dataclass(frozen=True)
class Intervention:
    """Who steps in, why and when."""

    by: str
    reason: str
    at: datetime

    def as_metadata(self, **more: Any) -> dict[str, Any]:
        """How an event remembers it."""
        return {"actor": ActorType.OPERATOR.value, "by": self.by, "reason": self.reason, **more}


@dataclass(frozen=True)
class TaskChanged:
    """The task, and whether anything was written: asking for what is so already writes nothing."""

    journey_id: UUID
    task_id: UUID
    has_changed: bool


def intervention(*, by: str, reason: str, at: datetime) -> Intervention:
    """An intervention with a reason.

    Raises:
        ReasonMissing: it is blank.
    """
    if not reason.strip():
        raise ReasonMissing(field="reason")
    return Intervention(by=by, reason=reason.strip(), at=at)


def log(held: Held, cause: Intervention, *, summary: str, task: Task | None = None) -> None:
    """Tell the people who read the journey."""
    write_interaction(
        journey=held.journey,
        task=task,
        actor=ActorType.OPERATOR,
        channel=InteractionChannel.DASHBOARD,
        summary=summary[:SUMMARY_LENGTH],
        details=cause.reason,
        metadata={"by": cause.by},
        at=cause.at,
    )


def give_status(
    held: Held, task: Task, cause: Intervention, *, status: TaskStatus, verb: str, is_skipped: bool = False
) -> TaskChanged:
    """Give a task another status, with its event and interaction; the journey is still to be settled."""
    require_transaction()
    has_changed = (task.status, task.is_skipped) != (status, is_skipped)
    if has_changed:
        change_task_status(
            held=held, task=task, status=status, is_skipped=is_skipped, at=cause.at, metadata=cause.as_metadata()
        )
        log(held, cause, summary=f"{verb}: {task.title}", task=task)
    return TaskChanged(held.journey.pk, task.pk, has_changed)


def give_term(
    held: Held, task: Task, cause: Intervention, *, field: str, before: Any, after: Any, summary: str
) -> TaskChanged:
    """Write down that a term of a task changed (set on the row by the caller, saved here); still to be settled."""
    require_transaction()
    task.updated_at = cause.at
    task.save()
    write_event(
        journey=held.journey,
        event_type=JourneyEventType.TASK_CHANGED,
        task=task,
        metadata=cause.as_metadata(field=field, before=before, after=after),
        at=cause.at,
    )
    log(held, cause, summary=summary, task=task)
    return TaskChanged(held.journey.pk, task.pk, has_changed=True)


def settle_if_changed(held: Held, changed: TaskChanged, *, has_moved: bool, now: datetime) -> TaskChanged:
    """Bring the journey in step, unless nothing happened."""
    if changed.has_changed:
        settle(held=held, has_moved=has_moved, at=now, now=now)
    return changed


def require_open(task: Task) -> None:
    """Refuse to change what a finished task was like.

    Raises:
        TaskAlreadyDone: it is completed.
    """
    if task.status == TaskStatus.COMPLETED:
        raise TaskAlreadyDone


def require_person(person_id: int | None) -> str:
    """The name of a member of staff who can sign in; nobody's for None.

    Raises:
        UnknownPerson: there is none of that id.
    """
    if person_id is None:
        return "nobody"
    people = get_user_model().objects.filter(pk=person_id, is_active=True, is_staff=True)
    name: str | None = people.values_list("username", flat=True).first()
    if name is None:
        raise UnknownPerson(field="person_id")
    return name
