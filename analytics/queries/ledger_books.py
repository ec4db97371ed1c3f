"""Both sides of the ledger, hour by hour, in one statement and so in one snapshot."""

from datetime import datetime
from typing import Final

from django.db import connection

from analytics.rules.ledger import HourBooks

_BOOKS: Final = """
WITH hours AS (
    SELECT generate_series(%(since)s::timestamptz, %(until)s::timestamptz - interval '1 hour', interval '1 hour') AS hour
), receipt AS (
    SELECT id, date_bin('1 hour', created_at, 'epoch') AS hour, kind, accepted, quarantined
    FROM analytics_ingest_receipts
    WHERE created_at >= %(since)s AND created_at < %(until)s
), event AS (
    SELECT date_bin('1 hour', created_at, 'epoch') AS hour, receipt_id, count(*) AS stored, count(event_id) AS keyed
    FROM checkout_offer_events
    WHERE created_at >= %(since)s AND created_at < %(until)s
    GROUP BY 1, 2
), pair AS (
    SELECT coalesce(receipt.hour, event.hour) AS hour, count(*) AS differing
    FROM (SELECT * FROM receipt WHERE kind IN ('batch', 'replay')) AS receipt
    FULL JOIN (SELECT * FROM event WHERE receipt_id IS NOT NULL) AS event ON event.receipt_id = receipt.id
    WHERE coalesce(receipt.accepted, 0) <> coalesce(event.stored, 0) OR receipt.id IS NULL
    GROUP BY 1
), receipts AS (
    SELECT hour, sum(accepted) AS accepted, sum(quarantined) AS quarantined,
           count(*) FILTER (WHERE kind = 'replay') AS replays
    FROM receipt GROUP BY 1
), events AS (
    SELECT hour, sum(stored) FILTER (WHERE receipt_id IS NOT NULL) AS stored, sum(keyed) AS keyed
    FROM event GROUP BY 1
), keys AS (
    SELECT date_bin('1 hour', created_at, 'epoch') AS hour, count(*) AS keys
    FROM analytics_offer_event_keys WHERE created_at >= %(since)s AND created_at < %(until)s GROUP BY 1
), aside AS (
    SELECT date_bin('1 hour', created_at, 'epoch') AS hour, count(*) AS set_aside
    FROM analytics_quarantined_events WHERE created_at >= %(since)s AND created_at < %(until)s GROUP BY 1
), replayed AS (
    SELECT date_bin('1 hour', resolved_at, 'epoch') AS hour, count(*) AS replayed
    FROM analytics_quarantined_events
    WHERE state = 'replayed' AND resolved_at >= %(since)s AND resolved_at < %(until)s GROUP BY 1
)
SELECT hour, coalesce(accepted, 0), coalesce(stored, 0), coalesce(differing, 0), coalesce(quarantined, 0),
       coalesce(set_aside, 0), coalesce(replays, 0), coalesce(replayed, 0), coalesce(keyed, 0), coalesce(keys, 0)
FROM hours LEFT JOIN receipts USING (hour) LEFT JOIN events USING (hour) LEFT JOIN pair USING (hour)
LEFT JOIN keys USING (hour) LEFT JOIN aside USING (hour) LEFT JOIN replayed USING (hour)
ORDER BY hour
"""


def list_books(*, since: datetime, until: datetime) -> list[HourBooks]:
    """The books of every hour in since ≤ hour < until, both whole hours."""
    with connection.cursor() as cursor:
        cursor.execute(_BOOKS, {"since": since, "until": until})
        return [HourBooks(row[0], *map(int, row[1:])) for row in cursor.fetchall()]
