"""A journey rebuilt from its log alone, to prove that the log tells everything and the tables say nothing else."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from onboarding.rules.progress import progress_of
from onboarding.states import JourneyEventType, JourneyStatus, TaskStatus


@dataclass(frozen=True)
class Event:
    """One line of the log."""

    event_type: str
    task_id: str
    status_after: str
    metadata: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True)
class TaskRecord:
    """What is known about one task."""

    slug: str
    status: str = TaskStatus.PENDING
    is_skipped: bool = False
    completed_at: datetime | None = None
    due_at: datetime | None = None
    assignee_id: int | None = None
    is_dropped: bool = False


@dataclass(frozen=True)
class JourneyRecord:
    """What is known about one journey; tasks and artifacts (when they were received) by id."""

    status: str = ""
    completed_at: datetime | None = None
    stalled_at: datetime | None = None
    progress: Decimal = Decimal("0.00")
    owner_id: int | None = None
    template: str = ""
    tasks: Mapping[str, TaskRecord] = field(default_factory=dict)
    artifacts: Mapping[str, datetime | None] = field(default_factory=dict)


def replay(events: Iterable[Event]) -> JourneyRecord:
    """The journey as its log tells it; events in the order in which they were written."""
    record = JourneyRecord()
    for event in events:
        record = _apply(record, event)
    counting = [TaskStatus(task.status) for task in record.tasks.values() if not task.is_dropped]
    return replace(record, progress=progress_of(counting))


def differences(*, told: JourneyRecord, stored: JourneyRecord) -> Iterator[str]:
    """A sentence for each thing that the log tells otherwise than the tables."""
    for name in ("status", "completed_at", "stalled_at", "progress", "owner_id", "template"):
        yield from _difference(name, getattr(told, name), getattr(stored, name))
    for task_id in sorted({*told.tasks, *stored.tasks}):
        yield from _task_differences(told.tasks.get(task_id), stored.tasks.get(task_id), task_id)
    for artifact_id, received_at in sorted(told.artifacts.items()):
        yield from _difference(f"artifact {artifact_id}", received_at, stored.artifacts.get(artifact_id))


def _task_differences(told: TaskRecord | None, stored: TaskRecord | None, task_id: str) -> Iterator[str]:
    if told is None or stored is None:
        yield f"task {task_id}: only {'the tables know' if told is None else 'the log knows'} it."
        return
    for one in fields(TaskRecord):
        yield from _difference(f"task {stored.slug}, {one.name}", getattr(told, one.name), getattr(stored, one.name))


def _difference(name: str, told: Any, stored: Any) -> Iterator[str]:
    if told != stored:
        yield f"{name}: the log says {told}, the tables say {stored}."


def _apply(record: JourneyRecord, event: Event) -> JourneyRecord:
    """The record after one event; those that change no state leave it as it is."""
    change = _CHANGES.get(JourneyEventType(event.event_type))
    return change(record, event) if change else record


def _start(record: JourneyRecord, event: Event) -> JourneyRecord:
    tasks = {
        line["id"]: TaskRecord(slug=line["slug"], due_at=_moment(line["due_at"]))
        for line in event.metadata.get("tasks", ())
    }
    return replace(record, status=event.status_after, template=event.metadata.get("template", ""), tasks=tasks)


def _change_status(record: JourneyRecord, event: Event) -> JourneyRecord:
    return replace(
        record,
        status=event.status_after,
        completed_at=event.at if event.status_after == JourneyStatus.COMPLETED else None,
        stalled_at=event.at if event.status_after == JourneyStatus.STALLED else None,
    )


def _change_task_status(record: JourneyRecord, event: Event) -> JourneyRecord:
    return _with_task(
        record,
        event,
        status=event.status_after,
        is_skipped=bool(event.metadata.get("skipped")),
        completed_at=event.at if event.status_after == TaskStatus.COMPLETED else None,
    )


def _change_terms(record: JourneyRecord, event: Event) -> JourneyRecord:
    after = event.metadata.get("after")
    if event.metadata.get("field") == "assignee":
        return _with_task(record, event, assignee_id=after)
    return _with_task(record, event, due_at=_moment(after)) if event.metadata.get("field") == "due_at" else record


def _add_task(record: JourneyRecord, event: Event) -> JourneyRecord:
    """A new task; or one that was dropped counts again, as it was then."""
    if event.task_id in record.tasks:
        return _with_task(record, event, is_dropped=False, due_at=_moment(event.metadata.get("due_at")))
    added = TaskRecord(slug=event.metadata["slug"], due_at=_moment(event.metadata.get("due_at")))
    return replace(record, tasks={**record.tasks, event.task_id: added})


def _drop_task(record: JourneyRecord, event: Event) -> JourneyRecord:
    return _with_task(record, event, is_dropped=True)


def _change_owner(record: JourneyRecord, event: Event) -> JourneyRecord:
    return replace(record, owner_id=event.metadata.get("after"))


def _change_template(record: JourneyRecord, event: Event) -> JourneyRecord:
    return replace(record, template=event.metadata["after"])


def _request(record: JourneyRecord, event: Event) -> JourneyRecord:
    return replace(record, artifacts={**record.artifacts, event.metadata["artifact_id"]: None})


def _receive(record: JourneyRecord, event: Event) -> JourneyRecord:
    return replace(record, artifacts={**record.artifacts, event.metadata["artifact_id"]: event.at})


def _with_task(record: JourneyRecord, event: Event, **changes: Any) -> JourneyRecord:
    before = record.tasks.get(event.task_id, TaskRecord(slug="unknown"))
    return replace(record, tasks={**record.tasks, event.task_id: replace(before, **changes)})


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


_CHANGES = {
    JourneyEventType.JOURNEY_STARTED: _start,
    JourneyEventType.JOURNEY_STATUS_CHANGED: _change_status,
    JourneyEventType.TASK_STATUS_CHANGED: _change_task_status,
    JourneyEventType.TASK_CHANGED: _change_terms,
    JourneyEventType.TASK_ADDED: _add_task,
    JourneyEventType.TASK_REMOVED: _drop_task,
    JourneyEventType.OWNER_CHANGED: _change_owner,
    JourneyEventType.TEMPLATE_CHANGED: _change_template,
    JourneyEventType.ARTIFACT_REQUESTED: _request,
    JourneyEventType.ARTIFACT_RECEIVED: _receive,
}
