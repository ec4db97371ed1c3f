"""The operators' list of journeys, as plain values. A page costs the same few queries however many journeys there are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import Lower

from checkout.console.order_search import order_condition
from checkout.models import Order
from onboarding.at_risk import awaited_artifacts
from onboarding.models import ExperimentSegment, Interaction, Journey, Task
from onboarding.queries.experiments import ExperimentSeen, experiments_by_journey
from onboarding.rules.risk import Risk, risk_of
from onboarding.states import AT_REST, JourneyStatus, TaskStatus


@dataclass(frozen=True)
class JourneyFilter:
    """Which journeys to list; what is empty does not narrow."""

    statuses: Collection[JourneyStatus] = ()
    only_stalled: bool = False
    only_with_referral: bool = False
    # An order number, a customer's address or id (exactly), or a part of a referral code.
    search: str = ""
    experiment_slug: str = ""
    experiment_variant: str = ""


@dataclass(frozen=True)
class JourneySummary:
    """One line of the list."""

    journey_id: UUID
    order_id: UUID
    order_number: str
    status: str
    risk: Risk
    progress_percentage: Decimal
    referral_code: str
    started_at: datetime | None
    updated_at: datetime
    last_interaction_at: datetime | None
    total_tasks: int
    completed_tasks: int
    overdue_tasks: int
    awaiting_artifacts: int
    experiments: tuple[ExperimentSeen, ...]


@dataclass(frozen=True)
class JourneyCounts:
    """How many journeys there are, whatever the filter."""

    total: int
    active: int
    stalled: int
    completed: int
    with_referrals: int


@dataclass(frozen=True)
class TaskCounts:
    """The tasks of one journey."""

    total: int = 0
    completed: int = 0
    overdue: int = 0


def list_journeys(
    *, wanted: JourneyFilter, after: tuple[datetime, UUID] | None, limit: int, now: datetime
) -> list[JourneySummary]:
    """Journeys that have started, newest first, after a keyset position."""
    journeys = filter_journeys(wanted).select_related("order").order_by("-started_at", "-id")
    if after is not None:
        journeys = journeys.extra(
            where=["(onboarding_journeys.started_at, onboarding_journeys.id) < (%s, %s)"], params=list(after)
        )
    return summarise(list(journeys[:limit]), now=now)


def filter_journeys(wanted: JourneyFilter) -> QuerySet[Journey]:
    """The journeys that a filter names."""
    journeys = Journey.objects.filter(started_at__isnull=False)
    if wanted.statuses:
        journeys = journeys.filter(status__in=list(wanted.statuses))
    if wanted.only_stalled:
        journeys = journeys.filter(status=JourneyStatus.STALLED)
    if wanted.only_with_referral:
        journeys = journeys.exclude(referral_code="")
    if wanted.search.strip():
        journeys = journeys.filter(_names(wanted.search.strip()))
    if wanted.experiment_slug or wanted.experiment_variant:
        journeys = journeys.filter(pk__in=_taking_part(wanted))
    return journeys


def count_journeys() -> JourneyCounts:
    """Counted from two indexes; no row is loaded."""
    by_status = dict(Journey.objects.order_by().values_list("status").annotate(Count("pk")))
    return JourneyCounts(
        total=sum(by_status.values()),
        active=by_status.get(JourneyStatus.ACTIVE, 0),
        stalled=by_status.get(JourneyStatus.STALLED, 0),
        completed=by_status.get(JourneyStatus.COMPLETED, 0),
        with_referrals=Journey.objects.exclude(referral_code="").count(),
    )


def summarise(journeys: Sequence[Journey], *, now: datetime) -> list[JourneySummary]:
    """The lines of these journeys (loaded with their orders), in the same order."""
    ids = [journey.pk for journey in journeys]
    tasks, awaited = _count_tasks(ids, now=now), _count_awaited(ids)
    touched = dict(Interaction.objects.filter(journey__in=ids).values_list("journey").annotate(Max("created_at")))
    experiments = experiments_by_journey(ids)
    return [
        _summary(
            journey,
            tasks=tasks.get(journey.pk, TaskCounts()),
            awaited=awaited.get(journey.pk, 0),
            touched_at=touched.get(journey.pk),
            experiments=experiments.get(journey.pk, ()),
            now=now,
        )
        for journey in journeys
    ]


def _summary(
    journey: Journey,
    *,
    tasks: TaskCounts,
    awaited: int,
    touched_at: datetime | None,
    experiments: tuple[ExperimentSeen, ...],
    now: datetime,
) -> JourneySummary:
    return JourneySummary(
        journey_id=journey.pk,
        order_id=journey.order_id,
        order_number=journey.order.order_number,
        status=journey.status,
        risk=risk_of(
            status=JourneyStatus(journey.status),
            is_order_at_rest=journey.order.status in AT_REST,
            last_touch_at=journey.last_touch_at,
            overdue_tasks=tasks.overdue,
            awaiting_artifacts=awaited,
            now=now,
        ),
        progress_percentage=journey.progress_percentage,
        referral_code=journey.referral_code,
        started_at=journey.started_at,
        updated_at=journey.updated_at,
        last_interaction_at=touched_at,
        total_tasks=tasks.total,
        completed_tasks=tasks.completed,
        overdue_tasks=tasks.overdue,
        awaiting_artifacts=awaited,
        experiments=experiments,
    )


def _count_tasks(journey_ids: Collection[UUID], *, now: datetime) -> dict[UUID, TaskCounts]:
    is_done = Q(status=TaskStatus.COMPLETED)
    rows = (
        Task.objects.filter(journey__in=journey_ids, dropped_at__isnull=True)
        .values_list("journey")
        .annotate(
            total=Count("pk"),
            completed=Count("pk", filter=is_done),
            overdue=Count("pk", filter=~is_done & Q(due_at__lt=now)),
        )
    )
    return {journey_id: TaskCounts(*counts) for journey_id, *counts in rows}


def _count_awaited(journey_ids: Collection[UUID]) -> dict[UUID, int]:
    awaited = awaited_artifacts().filter(journey__in=journey_ids)
    return dict(awaited.values_list("journey").annotate(Count("pk")))


def _names(words: str) -> Q:
    # The orders first, by their indexes: joined by OR they would all be read.
    orders = list(Order.objects.filter(order_condition(words, may_see_customers=True)).values_list("pk", flat=True))
    # Not the empty code: so that the index of referral codes serves.
    by_code = Q(referral_code__icontains=words.replace("\0", "")) & ~Q(referral_code="")
    return by_code | Q(order__in=orders) if orders else by_code


def _taking_part(wanted: JourneyFilter) -> QuerySet[ExperimentSegment, UUID]:
    segments = ExperimentSegment.objects.all()
    if wanted.experiment_slug:
        segments = segments.alias(named=Lower("slug")).filter(named=wanted.experiment_slug.lower())
    if wanted.experiment_variant:
        segments = segments.alias(variant=Lower("variant_key")).filter(variant=wanted.experiment_variant.lower())
    return segments.values_list("journey_id", flat=True)
