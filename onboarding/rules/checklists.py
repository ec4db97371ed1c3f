"""A checklist as a value: what a template version says, whether it makes sense, and what moving a journey to it changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from onboarding.errors import InvalidTemplate
from onboarding.states import InteractionChannel, SelfCheck

MOST_LINES = 50


@dataclass(frozen=True)
class Line:
    """One task of a checklist."""

    slug: str
    title: str
    description: str = ""
    sort_order: int = 0
    due_after_hours: int | None = None
    preferred_channel: str = InteractionChannel.EMAIL
    required_artifacts: tuple[str, ...] = ()
    depends_on: str = ""
    self_check: str = ""


@dataclass(frozen=True)
class TaskFact:
    """A task of a live journey."""

    slug: str
    is_completed: bool
    # It came from the template, not from a person.
    is_from_template: bool


@dataclass(frozen=True)
class Move:
    """What moving one journey to another version does, by the slugs of its tasks."""

    journey_id: UUID
    order_number: str
    kept: tuple[str, ...]
    added: tuple[str, ...]
    dropped: tuple[str, ...]
    # Nothing would be left to do.
    completes: bool


@dataclass(frozen=True)
class MoveTotals:
    """The same over many journeys."""

    journeys: int = 0
    kept: int = 0
    added: int = 0
    dropped: int = 0
    completing: int = 0

    def with_move(self, move: Move) -> "MoveTotals":
        """One more."""
        return MoveTotals(
            self.journeys + 1,
            self.kept + len(move.kept),
            self.added + len(move.added),
            self.dropped + len(move.dropped),
            self.completing + move.completes,
        )


def check_lines(lines: Sequence[Line]) -> None:
    """A checklist that a client can finish.

    Raises:
        InvalidTemplate: it has no task or too many, a name twice, a task that waits in a circle or for nothing, or a
            self-check on artifacts that nobody asks for.
    """
    if not 1 <= len(lines) <= MOST_LINES:
        raise InvalidTemplate(f"A checklist has 1 to {MOST_LINES} tasks.", field="tasks")
    by_slug = {line.slug: line for line in lines}
    if len(by_slug) < len(lines):
        raise InvalidTemplate("Two tasks have the same name.", field="tasks")
    for line in lines:
        _check_line(line, by_slug)
        if line.self_check == SelfCheck.ARTIFACTS_RECEIVED and not line.required_artifacts:
            raise InvalidTemplate(f"{line.slug}: asks for no artifact that could complete it.", field="tasks")


def _check_line(line: Line, by_slug: dict[str, Line]) -> None:
    if not line.slug or not line.title.strip():
        raise InvalidTemplate("A task has a name and a title.", field="tasks")
    seen, first = {line.slug}, line.depends_on
    while first:
        if first not in by_slug:
            raise InvalidTemplate(f"{line.slug} waits for {first}, which is not in the checklist.", field="tasks")
        if first in seen:
            raise InvalidTemplate(f"{line.slug} waits in a circle.", field="tasks")
        seen.add(first)
        first = by_slug[first].depends_on


def plan_move(*, journey_id: UUID, order_number: str, tasks: Iterable[TaskFact], lines: Sequence[Line]) -> Move:
    """What is done and what a person added stays; open tasks that the version has not are dropped, new ones added."""
    wanted, here = {line.slug for line in lines}, list(tasks)
    stays = [task for task in here if task.is_completed or not task.is_from_template or task.slug in wanted]
    kept = tuple(task.slug for task in stays)
    added = tuple(line.slug for line in lines if line.slug not in kept)
    return Move(
        journey_id=journey_id,
        order_number=order_number,
        kept=kept,
        added=added,
        dropped=tuple(task.slug for task in here if task not in stays),
        completes=not added and bool(stays) and all(task.is_completed for task in stays),
    )
