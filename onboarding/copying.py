"""Lines of a checklist copied into a journey."""

from datetime import datetime, timedelta

from onboarding.models import Artifact, Journey, Task
from onboarding.rules.checklists import Line


def task_of(line: Line, *, journey: Journey, at: datetime, now: datetime) -> Task:
    """A line of a checklist as a task of a journey (not saved here), due counted from `at`."""
    return Task(
        journey=journey,
        slug=line.slug,
        title=line.title,
        description=line.description,
        sort_order=line.sort_order,
        due_at=due_of(line, at=at),
        preferred_channel=line.preferred_channel,
        depends_on=line.depends_on,
        self_check=line.self_check,
        created_at=now,
        updated_at=at,
    )


def due_of(line: Line, *, at: datetime) -> datetime | None:
    """Until when a task that begins at a moment should be done."""
    return at + timedelta(hours=line.due_after_hours) if line.due_after_hours else None


def artifacts_of(line: Line, *, task: Task, at: datetime) -> list[Artifact]:
    """What a line asks for (not saved here)."""
    return [
        Artifact(journey_id=task.journey_id, task=task, label=label, created_at=at, updated_at=at)
        for label in line.required_artifacts
    ]
