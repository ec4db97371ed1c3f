"""Which experiments orders took part in, by journey, row by row, and summed up."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q

from onboarding.models import ExperimentSegment
from onboarding.models.events import ANY_VARIANT
from onboarding.rules.conversions import Conversion, CurrencyLine, rank_conversions
from onboarding.slices import Slice
from smplat.snapshots import Snapshot

# The newest record of each is found in an index, one look for each experiment.
_CONVERSIONS = f"""
    SELECT met.*, newest.recorded_at
    FROM (
        SELECT slug, currency, count(*), sum(total), sum(loyalty_points) FROM onboarding_experiment_orders
        WHERE variant_key = '{ANY_VARIANT}' AND {Slice.SQL} GROUP BY slug, currency
    ) AS met
    CROSS JOIN LATERAL (
        SELECT recorded_at FROM onboarding_experiment_segments AS record
        WHERE record.slug = met.slug AND {Slice.SQL} ORDER BY recorded_at DESC LIMIT 1
    ) AS newest
"""  # noqa: S608 - constants, values travel as parameters


@dataclass(frozen=True)
class ExperimentSeen:
    """The newest record of one variant of one experiment in a journey."""

    slug: str
    variant_key: str
    variant_name: str | None
    is_control: bool | None
    assignment_strategy: str | None
    status: str | None
    feature_flag_key: str | None
    recorded_at: datetime


def experiments_by_journey(journey_ids: Collection[UUID]) -> dict[UUID, tuple[ExperimentSeen, ...]]:
    """What each journey took part in, newest first; of one variant only the newest record."""
    newest = (
        ExperimentSegment.objects.filter(journey__in=journey_ids)
        .order_by("journey_id", "slug", "variant_key", "-recorded_at", "-id")
        .distinct("journey_id", "slug", "variant_key")
    )
    found: dict[UUID, list[ExperimentSegment]] = defaultdict(list)
    for segment in newest:
        found[segment.journey_id].append(segment)
    return {
        journey_id: tuple(
            as_seen(segment) for segment in sorted(segments, key=lambda one: (one.recorded_at, one.pk), reverse=True)
        )
        for journey_id, segments in found.items()
    }


def as_seen(segment: ExperimentSegment) -> ExperimentSeen:
    """A stored segment as a value."""
    return ExperimentSeen(
        segment.slug,
        segment.variant_key,
        segment.variant_name,
        segment.is_control,
        segment.assignment_strategy,
        segment.status,
        segment.feature_flag_key,
        segment.recorded_at,
    )


def list_segments(
    *, snapshot: Snapshot, after: tuple[datetime, UUID] | None, before: datetime | None, limit: int
) -> list[ExperimentSegment]:
    """Segments of a snapshot with their orders, newest first: after a keyset position, or strictly older than a moment."""
    of_snapshot = ExperimentSegment.objects.filter(committed_in__lt=snapshot.high).exclude(
        committed_in__in=snapshot.running
    )
    segments = of_snapshot.select_related("order").order_by("-recorded_at", "-id")
    if after is not None:
        segments = segments.extra(
            where=["(onboarding_experiment_segments.recorded_at, onboarding_experiment_segments.id) < (%s, %s)"],
            params=list(after),
        )
    if before is not None:
        segments = segments.filter(Q(recorded_at__lt=before))
    return list(segments[:limit])


def list_conversions(known: Slice) -> list[Conversion]:
    """All experiments, best first, from what the slice holds: nothing that is committed later changes it."""
    with connection.cursor() as cursor:
        cursor.execute(_CONVERSIONS, known.parameters)
        return rank_conversions(CurrencyLine(*row) for row in cursor.fetchall())
