"""The sums of the rollup tables over a set of events, added to what the tables hold. One statement, the same for folding and rebuilding."""

from datetime import datetime
from typing import Any, Final

from django.db import connection

from analytics.models import RollupCursor
from smplat import db

CURSOR_NAME: Final = "offer-rollups"

_ADD_SUMS: Final = """
WITH event AS MATERIALIZED (
    SELECT date_bin('15 minutes', occurred_at, TIMESTAMPTZ '1970-01-01 00:00:00+00') AS bucket,
           offer_slug, event_type, coalesce(currency, '') AS currency, cart_total, order_reference
    FROM checkout_offer_events
    WHERE {condition}
), counted AS (
    INSERT INTO analytics_offer_rollups AS known (bucket, offer_slug, event_type, event_count)
    SELECT bucket, offer_slug, event_type, count(*) FROM event GROUP BY 1, 2, 3
    ON CONFLICT (bucket, offer_slug, event_type)
    DO UPDATE SET event_count = known.event_count + excluded.event_count
), summed AS (
    INSERT INTO analytics_offer_rollup_amounts AS known
        (bucket, offer_slug, event_type, currency, event_count, cart_total)
    SELECT bucket, offer_slug, event_type, currency, count(*), sum(cart_total)
    FROM event WHERE cart_total IS NOT NULL GROUP BY 1, 2, 3, 4
    ON CONFLICT (bucket, offer_slug, event_type, currency)
    DO UPDATE SET event_count = known.event_count + excluded.event_count,
                  cart_total = known.cart_total + excluded.cart_total
), ordered AS (
    INSERT INTO analytics_offer_rollup_orders (bucket, offer_slug, event_type, order_reference)
    SELECT DISTINCT bucket, offer_slug, event_type, order_reference FROM event WHERE order_reference IS NOT NULL
    ON CONFLICT DO NOTHING
)
SELECT count(*) FROM event
"""
_OF_TRANSACTIONS: Final = "committed_in >= %s AND committed_in < %s"
_OF_BUCKETS: Final = "occurred_at >= %s AND occurred_at < %s AND committed_in < %s"


def lock_cursor(*, wait: bool) -> RollupCursor | None:
    """The cursor, held until the transaction ends; None when another transaction holds it and we do not wait.

    Whoever changes rollups, or drops what they could be rebuilt from, holds it: these never happen at once.
    """
    db.require_transaction()
    RollupCursor.objects.bulk_create([RollupCursor(name=CURSOR_NAME)], ignore_conflicts=True)
    return RollupCursor.objects.select_for_update(skip_locked=not wait).filter(name=CURSOR_NAME).first()


def add_transactions(*, low: int, high: int) -> int:
    """Add the events written by transactions low ≤ id < high; returns how many there were."""
    return _add(_OF_TRANSACTIONS, [low, high])


def add_buckets(*, start: datetime, end: datetime, horizon: int) -> int:
    """Add the events of the buckets start ≤ bucket < end that were written by transactions below `horizon`."""
    return _add(_OF_BUCKETS, [start, end, horizon])


def _add(condition: str, parameters: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_ADD_SUMS.format(condition=condition), parameters)
        (count,) = cursor.fetchone()
    return int(count)
