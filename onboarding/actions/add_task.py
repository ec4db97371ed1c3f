"""An operator adds a task that no template has to one journey."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.text import slugify

from onboarding.errors import InvalidDueTime, InvalidTask, TaskSlugTaken
from onboarding.interventions import Intervention, TaskChanged, intervention, log
from onboarding.journeys import Held, as_text, hold_journey, settle, write_event
from onboarding.models import Task
from onboarding.states import InteractionChannel, JourneyEventType
from smplat.db import Receipt, transaction

SLUG_LENGTH = 100
TITLE_LENGTH = 255


@dataclass(frozen=True)
class NewTask:
    """What is to be done."""

    title: str
    # Empty: made from the title.
    slug: str = ""
    description: str = ""
    due_at: datetime | None = None
    preferred_channel: InteractionChannel = InteractionChannel.EMAIL
    # The slug of another task of the journey, or empty.
    depends_on: str = ""


def add_task(
    *, journey_id: UUID, new: NewTask, reason: str, by: str, now: datetime, receipt: Receipt | None = None
) -> TaskChanged:
    """Append a pending task; a completed journey becomes active again.

    Raises:
        ReasonMissing: the reason is blank.
        InvalidTask: it has no title, or waits for a task that the journey has not.
        InvalidDueTime: the time has passed.
        JourneyNotFound: there is none.
        TaskSlugTaken: the journey has, or had, a task of this name.
    """
    cause = intervention(by=by, reason=reason, at=now)
    slug = slugify(new.slug or new.title)[:SLUG_LENGTH]
    if not slug or not new.title.strip() or len(new.title) > TITLE_LENGTH:
        raise InvalidTask(field="title")
    if new.due_at is not None and new.due_at <= now:
        raise InvalidDueTime(field="due_at")
    with transaction(receipt=receipt) as keep:
        held = hold_journey(journey_id)
        _check_names(held, slug=slug, depends_on=new.depends_on)
        task = _append(held, cause, new=new, slug=slug)
        settle(held=held, has_moved=True, at=now, now=now)
        return keep(TaskChanged(journey_id, task.pk, has_changed=True))


def _check_names(held: Held, *, slug: str, depends_on: str) -> None:
    if Task.objects.filter(journey=held.journey, slug=slug).exists():
        raise TaskSlugTaken(field="title")
    if depends_on and depends_on not in {task.slug for task in held.tasks}:
        raise InvalidTask(field="depends_on")


def _append(held: Held, cause: Intervention, *, new: NewTask, slug: str) -> Task:
    task = Task.objects.create(
        journey=held.journey,
        slug=slug,
        title=new.title.strip(),
        description=new.description,
        sort_order=max((task.sort_order for task in held.tasks), default=0) + 1,
        due_at=new.due_at,
        preferred_channel=new.preferred_channel,
        depends_on=new.depends_on,
        created_at=cause.at,
        updated_at=cause.at,
    )
    held.tasks.append(task)
    write_event(
        journey=held.journey,
        event_type=JourneyEventType.TASK_ADDED,
        task=task,
        after=task.status,
        metadata=cause.as_metadata(slug=slug, due_at=as_text(task.due_at)),
        at=cause.at,
    )
    log(held, cause, summary=f"Added: {task.title}", task=task)
    return task
