"""Moving live journeys to the current version of their template: which ones, and what it would change."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from onboarding.models import Journey, JourneyTemplate, Task, TemplateTask
from onboarding.rules.checklists import Line, Move, MoveTotals, TaskFact, plan_move
from onboarding.states import JourneyStatus, TaskStatus
from onboarding.templates import get_template, lines_of

CHUNK = 500
SHOWN = 50


@dataclass(frozen=True)
class MovesPreview:
    """What moving everything would do: in total, and journey by journey for the first of them."""

    totals: MoveTotals
    first: tuple[Move, ...]


def preview_moves(template_id: UUID, *, shown: int = SHOWN) -> MovesPreview:
    """What moving all live journeys of older versions would do now. Reads only; memory does not grow with their number.

    Raises:
        TemplateNotFound: there is none.
    """
    template = get_template(template_id)
    totals, first = MoveTotals(), list[Move]()
    for move in _moves(template):
        totals = totals.with_move(move)
        if len(first) < shown:
            first.append(move)
    return MovesPreview(totals, tuple(first))


def list_movable(template: JourneyTemplate) -> QuerySet[Journey]:
    """Live journeys on another version of the same template, in the order of their ids."""
    others = JourneyTemplate.objects.filter(slug=template.slug).exclude(pk=template.pk)
    live = Journey.objects.filter(template__in=others).exclude(status=JourneyStatus.COMPLETED)
    return live.select_related("order").order_by("pk")


def plan_moves(journeys: Sequence[Journey], *, tasks: Iterable[Task], lines: Sequence[Line]) -> dict[UUID, Move]:
    """The plan for each; `tasks` are those that count."""
    facts: dict[UUID, list[TaskFact]] = defaultdict(list)
    from_templates = _slugs_by_template(journeys)
    template_of = {journey.pk: journey.template_id for journey in journeys}
    for task in tasks:
        is_from_template = task.slug in from_templates[template_of[task.journey_id]]
        facts[task.journey_id].append(TaskFact(task.slug, task.status == TaskStatus.COMPLETED, is_from_template))
    return {
        journey.pk: plan_move(
            journey_id=journey.pk, order_number=journey.order.order_number, tasks=facts[journey.pk], lines=lines
        )
        for journey in journeys
    }


def _moves(template: JourneyTemplate) -> Iterator[Move]:
    lines, movable, after = lines_of(template), list_movable(template), UUID(int=0)
    while journeys := list(movable.filter(pk__gt=after)[:CHUNK]):
        tasks = Task.objects.filter(journey__in=journeys, dropped_at__isnull=True).order_by("sort_order", "slug")
        yield from plan_moves(journeys, tasks=tasks, lines=lines).values()
        after = journeys[-1].pk


def _slugs_by_template(journeys: Iterable[Journey]) -> dict[UUID, set[str]]:
    found: dict[UUID, set[str]] = defaultdict(set)
    templates = {journey.template_id for journey in journeys}
    for template_id, slug in TemplateTask.objects.filter(template__in=templates).values_list("template_id", "slug"):
        found[template_id].add(slug)
    return found
