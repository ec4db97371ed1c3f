"""What the variants of experiments were and how many orders met them, of a slice. Source: contract 3.16."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import connection

from onboarding.models.events import ANY_VARIANT
from onboarding.slices import Slice

# Words of a status that say that a variant does not run, wherever they stand in it.
STANDSTILL = ("pause", "stall", "hold", "block", "ended", "fail")
TREND_DAYS = 10

# The newest record of each variant, and the orders that met it; an order counts once.
_VARIANTS = f"""
    SELECT met.slug, met.variant_key, coalesce(newest.variant_name, ''), newest.is_control, coalesce(newest.status, ''),
           met.orders, newest.recorded_at
    FROM (
        SELECT slug, variant_key, count(*) AS orders FROM onboarding_experiment_orders
        WHERE variant_key > '{ANY_VARIANT}' AND slug = ANY(%(slugs)s) AND {Slice.SQL} GROUP BY slug, variant_key
    ) AS met
    CROSS JOIN LATERAL (
        SELECT variant_name, is_control, status, recorded_at FROM onboarding_experiment_segments AS record
        WHERE record.slug = met.slug AND record.variant_key = met.variant_key AND {Slice.SQL}
        ORDER BY recorded_at DESC, id DESC LIMIT 1
    ) AS newest
    ORDER BY met.slug, met.orders DESC, met.variant_key
"""  # noqa: S608 - constants, values travel as parameters
_TREND = f"""
    SELECT slug, (recorded_at AT TIME ZONE 'UTC')::date AS day, count(DISTINCT order_id)
    FROM onboarding_experiment_segments
    WHERE recorded_at >= %(since)s AND {Slice.SQL} AND slug = ANY(%(slugs)s) GROUP BY slug, day
"""  # noqa: S608 - constants, values travel as parameters


@dataclass(frozen=True)
class Variant:
    """One variant of an experiment."""

    slug: str
    key: str
    name: str
    is_control: bool | None
    status: str
    orders: int
    last_activity: datetime

    @property
    def is_standing_still(self) -> bool:
        """Its status says that it does not run."""
        return any(word in self.status.lower() for word in STANDSTILL)


@dataclass(frozen=True)
class Trend:
    """Orders that met each experiment, day by day (UTC), the oldest day first."""

    days: tuple[date, ...]
    orders: dict[str, list[int]]


def list_variants(slugs: list[str], *, known: Slice) -> list[Variant]:
    """The variants of these experiments, those that most orders met first within each."""
    with connection.cursor() as cursor:
        cursor.execute(_VARIANTS, {**known.parameters, "slugs": slugs})
        return [Variant(*row) for row in cursor.fetchall()]


def read_trend(slugs: list[str], *, known: Slice) -> Trend:
    """The last days up to the slice's moment."""
    last = known.known_at.astimezone(UTC).date()
    days = tuple(last - timedelta(days=back) for back in reversed(range(TREND_DAYS)))
    since = datetime.combine(days[0], time.min, tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute(_TREND, {**known.parameters, "since": since, "slugs": slugs})
        counts = {(slug, day): orders for slug, day, orders in cursor.fetchall()}
    return Trend(days, {slug: [counts.get((slug, day), 0) for day in days] for slug in slugs})
