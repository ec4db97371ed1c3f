"""The storefront says which pricing experiments an order took part in."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from checkout.errors import OrderNotFound
from checkout.models import Order
from onboarding.journeys import write_event
from onboarding.models import ExperimentOrder, ExperimentSegment, Journey, JourneyEvent
from onboarding.models.events import ANY_VARIANT
from onboarding.opening import hold_or_open_journey
from onboarding.states import JourneyEventType
from smplat.db import Receipt, require_transaction, transaction


@dataclass(frozen=True)
class Experiment:
    """One experiment and the variant the order saw."""

    slug: str
    variant_key: str
    variant_name: str | None = None
    is_control: bool | None = None
    assignment_strategy: str | None = None
    status: str | None = None
    feature_flag_key: str | None = None


@dataclass(frozen=True)
class ExperimentsRecorded:
    """How many entries were kept; those without a slug or a variant are not."""

    order_id: UUID
    recorded: int


def record_experiments(
    *, order_id: UUID, experiments: Sequence[Experiment], now: datetime, receipt: Receipt | None = None
) -> ExperimentsRecorded:
    """Record the entries as one event, with a row for each; every call is one event, reports count an order once.

    When no entry is left, nothing is written and no journey is made.

    Raises:
        OrderNotFound: there is no such order.
    """
    named = [one for one in experiments if one.slug.strip() and one.variant_key.strip()]
    with transaction(receipt=receipt) as keep:
        if named:
            _write(order_id=order_id, experiments=named, now=now)
        elif not Order.objects.filter(pk=order_id).exists():
            raise OrderNotFound
        return keep(ExperimentsRecorded(order_id, len(named)))


def _write(*, order_id: UUID, experiments: Sequence[Experiment], now: datetime) -> None:
    require_transaction()
    held, _ = hold_or_open_journey(order_id=order_id, at=now, now=now)
    at = max(now, _newest_record_of(held.journey) or now)
    event = write_event(
        journey=held.journey,
        event_type=JourneyEventType.PRICING_EXPERIMENT_SEGMENT,
        metadata={"experiments": [asdict(experiment) for experiment in experiments]},
        at=at,
    )
    # Ids grow as they are made: the last entry first, so that newest-first lists show the entries in their order.
    ExperimentSegment.objects.bulk_create(
        [
            _segment(experiments[position], event=event, position=position)
            for position in reversed(range(len(experiments)))
        ]
    )

    _count_once(held.journey.order, experiments=experiments, at=at)


def _newest_record_of(journey: Journey) -> datetime | None:
    """Clocks of two servers differ: the records of an order stay in the order in which they were committed."""
    records = ExperimentSegment.objects.filter(journey=journey).order_by("-recorded_at")
    return records.values_list("recorded_at", flat=True).first()


def _count_once(order: Order, *, experiments: Sequence[Experiment], at: datetime) -> None:
    """What the order has met already is counted already."""
    met = {(one.slug, variant_key) for one in experiments for variant_key in (ANY_VARIANT, one.variant_key)}
    rows = [
        ExperimentOrder(
            order=order,
            slug=slug,
            variant_key=variant_key,
            currency=order.currency,
            total=order.total,
            loyalty_points=order.loyalty_projection_points or 0,
            recorded_at=at,
        )
        for slug, variant_key in sorted(met)
    ]
    ExperimentOrder.objects.bulk_create(rows, ignore_conflicts=True)


def _segment(experiment: Experiment, *, event: JourneyEvent, position: int) -> ExperimentSegment:
    return ExperimentSegment(
        event=event,
        journey_id=event.journey_id,
        order_id=event.order_id,
        position=position,
        recorded_at=event.occurred_at,
        **asdict(experiment),
    )
