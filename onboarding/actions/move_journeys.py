"""A person moves live journeys to the current version of their template."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from onboarding.breaches import write_if_missed
from onboarding.bulk import hold_journeys
from onboarding.copying import artifacts_of, due_of, task_of
from onboarding.errors import TemplateOutdated
from onboarding.interventions import Intervention, intervention, log
from onboarding.journeys import Held, as_text, list_tasks, settle, write_event
from onboarding.models import Artifact, JourneyTemplate, Task
from onboarding.rules.checklists import Line, Move, MoveTotals
from onboarding.self_completion import complete_what_is_done
from onboarding.states import JourneyEventType, TaskStatus
from onboarding.template_moves import list_movable, plan_moves
from onboarding.templates import get_template, lines_of
from smplat.db import Receipt, transaction

# One transaction holds so many: a few seconds.
BATCH = 200
# What an open task takes over from the new version; when it is due stays as it was promised.
WORDING = ("title", "description", "sort_order", "preferred_channel", "depends_on", "self_check")


@dataclass(frozen=True)
class JourneysMoved:
    """What this batch did, and how many are left: call again until none are."""

    totals: MoveTotals
    remaining: int


def move_journeys(
    *, template_id: UUID, reason: str, by: str, now: datetime, limit: int = BATCH, receipt: Receipt | None = None
) -> JourneysMoved:
    """Move one batch. Completed tasks and those that a person added are kept, the rest follows the plan of the preview.

    A journey that was moved is on the version and not moved again, so that calling twice, or two at once, is moving once.

    Raises:
        ReasonMissing: the reason is blank.
        TemplateNotFound: there is none.
        TemplateOutdated: the version is no longer the current one.
    """
    cause = intervention(by=by, reason=reason, at=now)
    with transaction(receipt=receipt) as keep:
        template = get_template(template_id)
        if not template.is_current:
            raise TemplateOutdated
        lines, movable = lines_of(template), list_movable(template)
        held = hold_journeys(movable.values_list("pk", flat=True)[:limit])
        # Whoever waited for the locks finds journeys that are on the version, or completed, by now.
        still = set(movable.filter(pk__in=[one.journey.pk for one in held]).values_list("pk", flat=True))
        held = [one for one in held if one.journey.pk in still]
        tasks = [task for one in held for task in one.tasks]
        moves = plan_moves([one.journey for one in held], tasks=tasks, lines=lines)
        totals = MoveTotals()
        for one in held:
            _move(one, moves[one.journey.pk], cause, template=template, lines=lines)
            totals = totals.with_move(moves[one.journey.pk])
        return keep(JourneysMoved(totals, movable.count()))


def _move(held: Held, move: Move, cause: Intervention, *, template: JourneyTemplate, lines: Sequence[Line]) -> None:
    journey, before = held.journey, str(held.journey.template)
    journey.template = template
    names = {"before": before, "after": str(template), "kept": move.kept, "added": move.added, "dropped": move.dropped}
    write_event(
        journey=journey,
        event_type=JourneyEventType.TEMPLATE_CHANGED,
        metadata=cause.as_metadata(**names),
        at=cause.at,
    )
    by_slug = {line.slug: line for line in lines}
    for task in held.tasks:
        if task.slug in move.dropped:
            _drop(held, task, cause)
        elif task.slug in by_slug and task.status != TaskStatus.COMPLETED:
            _reword(task, by_slug[task.slug], cause)
    added = [_add(held, by_slug[slug], cause) for slug in move.added]
    log(held, cause, summary=f"Moved from {before} to {template}")
    now_held = Held(journey, list_tasks(journey))
    for task in now_held.tasks:
        if task.pk in added:
            complete_what_is_done(held=now_held, at=cause.at, task=task)
    settle(held=now_held, has_moved=bool(move.added or move.dropped), at=cause.at, now=cause.at)


def _drop(held: Held, task: Task, cause: Intervention) -> None:
    write_if_missed(task, journey=held.journey, at=cause.at)
    task.dropped_at = task.updated_at = cause.at
    task.save()
    write_event(
        journey=held.journey,
        event_type=JourneyEventType.TASK_REMOVED,
        task=task,
        before=task.status,
        metadata=cause.as_metadata(slug=task.slug),
        at=cause.at,
    )


def _reword(task: Task, line: Line, cause: Intervention) -> None:
    for name in WORDING:
        setattr(task, name, getattr(line, name))
    task.save()
    _ask(line, task, cause)


def _add(held: Held, line: Line, cause: Intervention) -> UUID:
    """A new task, or the one that an earlier move dropped, counting again."""
    task = Task.objects.filter(journey=held.journey, slug=line.slug).first()
    if task:
        task.dropped_at, task.updated_at, task.due_at = None, cause.at, due_of(line, at=cause.at)
        _reword(task, line, cause)
    else:
        task = task_of(line, journey=held.journey, at=cause.at, now=cause.at)
        task.save()
        _ask(line, task, cause)
    write_event(
        journey=held.journey,
        event_type=JourneyEventType.TASK_ADDED,
        task=task,
        after=task.status,
        metadata=cause.as_metadata(slug=task.slug, due_at=as_text(task.due_at)),
        at=cause.at,
    )
    return task.pk


def _ask(line: Line, task: Task, cause: Intervention) -> None:
    known = set(Artifact.objects.filter(task=task).values_list("label", flat=True))
    wanted = artifacts_of(line, task=task, at=cause.at)
    Artifact.objects.bulk_create(artifact for artifact in wanted if artifact.label not in known)
