"""The funnel out of the rollups: three small statements, whatever the number of events."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from analytics.models import OfferEvent, RollupCursor
from analytics.rollup_sums import CURSOR_NAME
from analytics.rules.offer_funnel import OfferTypeCount
from analytics.rules.periods import Period, Span
from analytics.vocabulary import STAGE_OF_EVENT_TYPE, FunnelStage
from smplat.console.counting import BoundedCount, count_up_to

ACCEPT_TYPES = [kind for kind, stage in STAGE_OF_EVENT_TYPE.items() if stage is FunnelStage.ACCEPTS]
# Counting what waits to be folded stops here.
MOST_WAITING_COUNTED = 10_000

# One pass over both periods. `step` is the place among the edges, counted from 1 over the previous period and then the
# current one; the grouping that has no step tells the two apart by `is_current`.
_COUNTS = """
    SELECT step, is_current, offer_slug, event_type, sum(event_count)::bigint
    FROM (
        SELECT width_bucket(bucket, %(edges)s::timestamptz[]) AS step, bucket >= %(start)s AS is_current,
               offer_slug, event_type, event_count
        FROM analytics_offer_rollups
        WHERE ((bucket >= %(previous_start)s AND bucket < %(previous_end)s) OR (bucket >= %(start)s AND bucket < %(end)s))
          AND (%(offer)s = '' OR offer_slug = %(offer)s)
    ) AS bucketed
    GROUP BY GROUPING SETS ((step, event_type), (is_current, offer_slug, event_type))
"""
_AMOUNTS = """
    SELECT offer_slug, currency, sum(cart_total) FROM analytics_offer_rollup_amounts
    WHERE bucket >= %(start)s AND bucket < %(end)s AND event_type = ANY(%(accepts)s)
      AND (%(offer)s = '' OR offer_slug = %(offer)s)
    GROUP BY 1, 2
"""
# The row without an offer counts each order once, however many offers it took.
_ORDERS = """
    SELECT offer_slug, count(DISTINCT order_reference) FROM analytics_offer_rollup_orders
    WHERE bucket >= %(start)s AND bucket < %(end)s AND event_type = ANY(%(accepts)s)
      AND (%(offer)s = '' OR offer_slug = %(offer)s)
    GROUP BY GROUPING SETS ((offer_slug), ())
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelRows:
    """Summed rollups of a period and the one before."""

    by_offer: Sequence[OfferTypeCount]
    # (event type, count) pairs of each step.
    current_steps: Sequence[Sequence[tuple[str, int]]]
    previous_steps: Sequence[Sequence[tuple[str, int]]]
    cart_totals: dict[str, dict[str, Decimal]]
    orders: dict[str, int]
    distinct_orders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How far the rollups are."""

    folded_at: datetime | None
    waiting: BoundedCount


def read_funnel(period: Period, *, offer_slug: str = "") -> FunnelRows:
    """The sums of one period, all from one snapshot; an empty `offer_slug` means every offer."""
    current, previous = period.current, period.previous
    values = {
        "edges": [*previous.edges, *(edge for edge in current.edges if edge > previous.end)],
        "previous_start": previous.start,
        "previous_end": previous.end,
        "start": current.start,
        "end": current.end,
        "offer": offer_slug,
        "accepts": ACCEPT_TYPES,
    }
    with _one_snapshot():
        counts, amounts, orders = (_rows(query, values) for query in (_COUNTS, _AMOUNTS, _ORDERS))
    steps = _group_steps(counts)
    # Where the periods touch, the end of one is the start of the other and stands once among the edges.
    first = len(previous.edges) + (previous.end < current.start)
    by_offer_orders = {slug: count for slug, count in orders if slug is not None}
    return FunnelRows(
        by_offer=_pair(counts),
        previous_steps=_take(steps, first=1, span=previous),
        current_steps=_take(steps, first=first, span=current),
        cart_totals=_group_amounts(amounts),
        orders=by_offer_orders,
        distinct_orders=next((count for slug, count in orders if slug is None), 0),
    )


def find_freshness() -> Freshness:
    """When the rollups last moved, and how many events they do not hold yet (counted up to a limit)."""
    cursor = RollupCursor.objects.filter(name=CURSOR_NAME).first()
    horizon = cursor.horizon if cursor else 0
    waiting = count_up_to(OfferEvent.objects.filter(committed_in__gte=horizon), limit=MOST_WAITING_COUNTED)
    return Freshness(folded_at=cursor.moved_at if cursor else None, waiting=waiting)


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """All statements inside see the same rows, unless a transaction is open already."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _rows(query: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def _pair(counts: Sequence[tuple[Any, ...]]) -> list[OfferTypeCount]:
    """One row for each offer and type, both periods side by side."""
    pairs: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for _step, is_current, offer, kind, count in counts:
        if offer is not None:
            pairs[offer, kind][not is_current] = count
    return [OfferTypeCount(offer, kind, current, previous) for (offer, kind), (current, previous) in pairs.items()]


def _group_steps(counts: Sequence[tuple[Any, ...]]) -> dict[int, list[tuple[str, int]]]:
    steps: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
    for step, _is_current, _offer, kind, count in counts:
        if step is not None:
            steps[step].append((kind, count))
    return steps


def _take(steps: dict[int, list[tuple[str, int]]], *, first: int, span: Span) -> list[list[tuple[str, int]]]:
    return [steps.get(first + offset, []) for offset in range(len(span.edges) - 1)]


def _group_amounts(amounts: Sequence[tuple[Any, ...]]) -> dict[str, dict[str, Decimal]]:
    by_offer: defaultdict[str, dict[str, Decimal]] = defaultdict(dict)
    for offer, currency, total in amounts:
        by_offer[offer][currency or "without currency"] = total
    return dict(by_offer)
