"""Journeys as their tables have them and as their log tells them, for comparison."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from onboarding.models import Artifact, Journey, JourneyEvent, Task
from onboarding.rules.replay import Event, JourneyRecord, TaskRecord, differences, replay


@dataclass(frozen=True)
class Compared:
    """One journey and what its log tells otherwise."""

    journey_id: UUID
    order_number: str
    differences: tuple[str, ...]


def compare_journeys(journey_ids: Collection[UUID]) -> Iterator[Compared]:
    """Each journey with its differences, by id. Four queries, however many journeys."""
    told, stored = tell_journeys(journey_ids), store_journeys(journey_ids)
    journeys = Journey.objects.filter(pk__in=journey_ids).select_related("order").order_by("pk")
    for journey in journeys:
        found = differences(told=told[journey.pk], stored=stored[journey.pk])
        yield Compared(journey.pk, journey.order.order_number, tuple(found))


def tell_journeys(journey_ids: Collection[UUID]) -> dict[UUID, JourneyRecord]:
    """Rebuilt from their logs. Ids of events grow while the journey is locked, so they say what came first."""
    events: dict[UUID, list[Event]] = defaultdict(list)
    for event in JourneyEvent.objects.filter(order__journey__in=journey_ids).order_by("id"):
        told = Event(
            event_type=event.event_type,
            task_id=str(event.task_id or ""),
            status_after=event.status_after,
            metadata=event.metadata,
            at=event.occurred_at,
        )
        events[event.journey_id].append(told)
    return {journey_id: replay(events[journey_id]) for journey_id in journey_ids}


def store_journeys(journey_ids: Collection[UUID]) -> dict[UUID, JourneyRecord]:
    """As the tables have them."""
    tasks: dict[UUID, dict[str, TaskRecord]] = defaultdict(dict)
    for task in Task.objects.filter(journey__in=journey_ids):
        tasks[task.journey_id][str(task.pk)] = TaskRecord(
            slug=task.slug,
            status=task.status,
            is_skipped=task.is_skipped,
            completed_at=task.completed_at,
            due_at=task.due_at,
            assignee_id=task.assignee_id,
            is_dropped=task.dropped_at is not None,
        )
    artifacts: dict[UUID, dict[str, datetime | None]] = defaultdict(dict)
    for artifact in Artifact.objects.filter(journey__in=journey_ids):
        artifacts[artifact.journey_id][str(artifact.pk)] = artifact.received_at
    return {
        journey.pk: JourneyRecord(
            status=journey.status,
            completed_at=journey.completed_at,
            stalled_at=journey.stalled_at,
            progress=journey.progress_percentage,
            owner_id=journey.owner_id,
            template=str(journey.template),
            tasks=tasks[journey.pk],
            artifacts=artifacts[journey.pk],
        )
        for journey in Journey.objects.filter(pk__in=journey_ids).select_related("template")
    }
