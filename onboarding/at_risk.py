"""Which journeys need somebody: what onboarding.rules.risk says, in SQL, for lists and counts."""

from datetime import datetime
from typing import Any

from django.db.models import Count, DateTimeField, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from onboarding.models import Artifact, Journey, Task
from onboarding.rules.risk import HIGH_AFTER, MEDIUM_AFTER
from onboarding.states import AT_REST, JourneyStatus, RiskLevel, TaskStatus


def at_risk(level: RiskLevel, *, now: datetime) -> Q:
    """The journeys of one level; a completed one, and one whose order is at rest, is low."""
    is_over = Q(status=JourneyStatus.COMPLETED) | Q(order__status__in=AT_REST)
    is_stalled = Q(status=JourneyStatus.STALLED)
    is_high = ~is_over & (is_stalled | Q(last_touch_at__lte=now - HIGH_AFTER))
    is_medium = ~is_over & ~is_stalled & Q(last_touch_at__gt=now - HIGH_AFTER, last_touch_at__lte=now - MEDIUM_AFTER)
    return {
        RiskLevel.HIGH: is_high,
        RiskLevel.MEDIUM: is_medium,
        RiskLevel.LOW: is_over | (~is_stalled & Q(last_touch_at__gt=now - MEDIUM_AFTER)),
    }[level]


def overdue_tasks(*, now: datetime) -> QuerySet[Task]:
    """Open tasks whose due time has passed, of orders that somebody waits for."""
    late = Task.objects.filter(due_at__isnull=False, due_at__lte=now, dropped_at__isnull=True)
    return late.exclude(status=TaskStatus.COMPLETED).exclude(journey__order__status__in=AT_REST)


def awaited_artifacts() -> QuerySet[Artifact]:
    """Required and not received; what a dropped or skipped task or an order at rest asked for is awaited no more."""
    awaited = Artifact.objects.filter(required=True, received_at__isnull=True)
    awaited = awaited.exclude(journey__order__status__in=AT_REST)
    return awaited.exclude(Q(task__dropped_at__isnull=False) | Q(task__is_skipped=True))


def with_counts(journeys: QuerySet[Journey], *, now: datetime) -> QuerySet[Any]:
    """Adds total_tasks, completed_tasks, overdue_tasks, first_due_at and awaiting_artifacts; computed for the rows shown only."""
    counted = Task.objects.filter(dropped_at__isnull=True)
    return journeys.annotate(
        total_tasks=_count(counted),
        completed_tasks=_count(counted.filter(status=TaskStatus.COMPLETED)),
        overdue_tasks=_count(overdue_tasks(now=now)),
        awaiting_artifacts=_count(awaited_artifacts()),
        next_due_at=Subquery(
            counted.filter(journey=OuterRef("pk"), due_at__isnull=False)
            .exclude(status=TaskStatus.COMPLETED)
            .order_by("due_at")
            .values("due_at")[:1],
            output_field=DateTimeField(),
        ),
    )


def _count(rows: QuerySet[Any]) -> Coalesce:
    """How many rows of a table belong to the journey."""
    counts = rows.filter(journey=OuterRef("pk")).order_by().values("journey").annotate(count=Count("pk"))
    return Coalesce(Subquery(counts.values("count"), output_field=IntegerField()), 0)
