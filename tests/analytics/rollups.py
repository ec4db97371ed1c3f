"""What rollups must equal: the same sums by independent queries over the events themselves."""

import time
from typing import Any

from django.db import connection

from analytics.actions.fold_offer_rollups import fold_offer_rollups, oldest_running_transaction
from analytics.models import RollupCursor
from tests.analytics.making import NOW

TABLES = {
    "counts": "SELECT bucket, offer_slug, event_type, event_count FROM analytics_offer_rollups",
    "amounts": """
        SELECT bucket, offer_slug, event_type, currency, event_count, cart_total FROM analytics_offer_rollup_amounts
    """,
    "orders": "SELECT bucket, offer_slug, event_type, order_reference FROM analytics_offer_rollup_orders",
}
_BUCKET = "to_timestamp(floor(extract(epoch FROM occurred_at) / 900) * 900)"
EVENTS = {
    "counts": f"SELECT {_BUCKET}, offer_slug, event_type, count(*) FROM checkout_offer_events GROUP BY 1, 2, 3",
    "amounts": f"""
        SELECT {_BUCKET}, offer_slug, event_type, coalesce(currency, ''), count(*), sum(cart_total)
        FROM checkout_offer_events WHERE cart_total IS NOT NULL GROUP BY 1, 2, 3, 4
    """,
    "orders": f"""
        SELECT DISTINCT {_BUCKET}, offer_slug, event_type, order_reference
        FROM checkout_offer_events WHERE order_reference IS NOT NULL
    """,
}


def rows(queries: dict[str, str]) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    with connection.cursor() as cursor:
        for name, query in queries.items():
            cursor.execute(query)
            found[name] = sorted(cursor.fetchall())
    return found


def assert_rollups_equal_events() -> None:
    assert rows(TABLES) == rows(EVENTS)


def fold_everything() -> None:
    """Fold until every event is in."""
    wait_until_all_can_be_folded()
    while fold_offer_rollups(now=NOW).is_to_be_continued or RollupCursor.objects.get().horizon <= newest_transaction():
        time.sleep(0.02)


def wait_until_all_can_be_folded() -> None:
    """Transactions of other databases of the same server, of tests that run beside this one, hold the horizon for a moment.

    Raises:
        AssertionError: one of them has been open for a minute.
    """
    deadline = time.monotonic() + 60
    while oldest_running_transaction() <= newest_transaction():
        assert time.monotonic() < deadline, "a transaction on this server has been open for a minute"
        time.sleep(0.02)


def newest_transaction() -> int:
    """The last transaction that stored an event, 0 when there is no event."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(committed_in), 0) FROM checkout_offer_events")
        (newest,) = cursor.fetchone()
    return int(newest)


def empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE checkout_offer_events, analytics_offer_event_keys, analytics_ingest_receipts,"
            " analytics_offer_rollups, analytics_offer_rollup_amounts, analytics_offer_rollup_orders,"
            " analytics_dropped_partitions"
        )
