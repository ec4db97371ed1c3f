"""Rollups equal the sums over the events, to the cent and to the event, whatever happens while they fold."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.actions.fold_offer_rollups import DatabaseWasRestored, fold_offer_rollups
from analytics.actions.rebuild_offer_rollups import EventsDropped, rebuild_offer_rollups
from analytics.actions.record_offer_event import record_offer_event
from analytics.actions.record_offer_events import record_offer_events
from analytics.models import DroppedPartition, OfferRollup, OfferRollupAmount, RollupCursor
from analytics.rules.buckets import BUCKET, floor_to_bucket
from tests.analytics.making import NOW, facts
from tests.analytics.rollups import assert_rollups_equal_events, empty, fold_everything, wait_until_all_can_be_folded

# Folding sees only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)


def record(**changes: Any) -> None:
    record_offer_event(facts=facts(**changes), now=NOW)


@contextmanager
def slow_writer(**changes: Any) -> Iterator[Any]:
    """Another connection that has stored an event and takes its time to commit."""
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute(
            "INSERT INTO checkout_offer_events (id, created_at, occurred_at, offer_slug, event_type)"
            " VALUES (gen_random_uuid(), %s, %s, %s, 'impression')",
            [NOW, NOW, changes.get("offer_slug", "slow")],
        )
    try:
        yield other
    finally:
        other.close()


def test_events_are_folded_into_the_quarter_hour_they_happened_in() -> None:
    late = NOW - timedelta(days=3)
    record(cart_total="10.10", currency="EUR", order_reference="o-1", occurred_at=late.isoformat())
    record(cart_total="0.90", currency="EUR", order_reference="o-1", occurred_at=late.isoformat())
    fold_everything()
    assert OfferRollup.objects.values_list("bucket", "event_count").get() == (floor_to_bucket(late), 2)
    assert OfferRollupAmount.objects.values_list("cart_total", "event_count").get() == (11, 2)
    assert_rollups_equal_events()


def test_folding_again_adds_nothing() -> None:
    record()
    fold_everything()
    fold_everything()
    assert_rollups_equal_events()


def test_an_event_that_is_committed_after_later_ones_is_not_lost() -> None:
    with slow_writer() as slow:
        record(offer_slug="quick")
        fold_offer_rollups(now=NOW)
        slow.commit()
    fold_everything()
    assert set(OfferRollup.objects.values_list("offer_slug", flat=True)) == {"slow", "quick"}
    assert_rollups_equal_events()


def test_an_event_that_is_rolled_back_is_not_counted() -> None:
    with slow_writer() as slow:
        record()
        slow.rollback()
    fold_everything()
    assert_rollups_equal_events()


def test_a_backlog_is_folded_in_windows() -> None:
    record_offer_events(readings=[facts() for _ in range(7)], now=NOW)
    record_offer_events(readings=[facts() for _ in range(3)], now=NOW)
    windows = [fold_offer_rollups(now=NOW, most=5) for _ in range(3)]
    fold_everything()
    assert max(window.events for window in windows) <= 7
    assert_rollups_equal_events()


def test_a_window_without_events_before_a_large_transaction_is_not_the_last() -> None:
    record_offer_events(readings=[facts() for _ in range(7)], now=NOW)
    wait_until_all_can_be_folded()
    first, second = fold_offer_rollups(now=NOW, most=5), fold_offer_rollups(now=NOW, most=5)
    assert (first.events, first.is_to_be_continued) == (0, True)
    assert second.events == 7


def test_a_fold_that_fails_halfway_leaves_nothing() -> None:
    record(cart_total=1, currency="EUR")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE analytics_rollup_cursors ADD CONSTRAINT stuck CHECK (moved_at IS NULL)")
    try:
        with pytest.raises(DatabaseError, match="stuck"):
            fold_everything()
        assert not OfferRollup.objects.exists()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE analytics_rollup_cursors DROP CONSTRAINT stuck")
    fold_everything()
    assert_rollups_equal_events()


def test_folds_and_writers_at_once_count_every_event_once() -> None:
    def work(number: int) -> None:
        try:
            if number % 3:
                record_offer_events(readings=[facts(cart_total=number, currency="EUR")] * 5, now=NOW)
            else:
                fold_offer_rollups(now=NOW, most=7)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(30)))
    fold_everything()
    assert_rollups_equal_events()


def test_a_rebuild_repairs_what_was_wrong() -> None:
    record(order_reference="o-1", cart_total=5)
    fold_everything()
    OfferRollup.objects.update(event_count=99)
    OfferRollupAmount.objects.all().delete()
    rebuilt = rebuild_offer_rollups(start=NOW - timedelta(hours=1), end=NOW + timedelta(hours=1))
    assert rebuilt.events == 1
    assert_rollups_equal_events()


def test_a_rebuild_leaves_events_that_are_not_folded_to_the_next_fold() -> None:
    record()
    fold_everything()
    record()
    rebuild_offer_rollups(start=NOW - timedelta(hours=1), end=NOW + timedelta(hours=1))
    fold_everything()
    assert_rollups_equal_events()


def test_a_rebuild_touches_no_other_bucket() -> None:
    record(occurred_at=(NOW - timedelta(days=2)).isoformat())
    fold_everything()
    OfferRollup.objects.update(event_count=99)
    rebuild_offer_rollups(start=NOW - timedelta(days=1), end=NOW)
    assert OfferRollup.objects.get().event_count == 99


def test_a_rebuild_of_dropped_events_is_refused() -> None:
    gone = NOW - timedelta(days=50)
    DroppedPartition.objects.create(
        name="old", table_name="checkout_offer_events", month=gone.date(), row_count=1,
        newest_occurred_at=gone, dropped_at=NOW,
    )  # fmt: skip
    kept = OfferRollup.objects.create(bucket=floor_to_bucket(gone), offer_slug="a", event_type="b", event_count=1)
    with pytest.raises(EventsDropped, match="have been dropped"):
        rebuild_offer_rollups(start=gone, end=NOW)
    assert OfferRollup.objects.filter(pk=kept.pk).exists()
    assert rebuild_offer_rollups(start=floor_to_bucket(gone) + BUCKET, end=NOW).events == 0


def test_a_restored_database_is_noticed() -> None:
    RollupCursor.objects.create(name="offer-rollups", horizon=2**60)
    with pytest.raises(DatabaseWasRestored, match="After a restore"):
        fold_offer_rollups(now=NOW)


EVENT = st.fixed_dictionaries(
    {"offer_slug": st.sampled_from(["summer", "winter"]), "event_type": st.sampled_from(["impression", "accept"])},
    optional={
        "cart_total": st.decimals(min_value=0, max_value="9999999999.99", places=2).map(str),
        "currency": st.sampled_from(["EUR", "USD", "   "]),
        "order_reference": st.sampled_from(["", "o-1", "o-2"]),
        "occurred_at": st.integers(0, 100 * 24 * 3600).map(lambda age: (NOW - timedelta(seconds=age)).isoformat()),
    },
)
STEPS = st.lists(
    st.one_of(
        st.lists(EVENT, min_size=1, max_size=6),
        st.just("fold"),
        st.tuples(st.integers(0, 100), st.integers(1, 50)),
    ),
    max_size=12,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_order_of_arrivals_folds_and_rebuilds_gives_the_sums_of_the_events(steps: list[Any]) -> None:
    empty()
    day: datetime = floor_to_bucket(NOW)
    for step in steps:
        if step == "fold":
            fold_offer_rollups(now=NOW, most=3)
        elif isinstance(step, tuple):
            start = day - timedelta(days=step[0])
            rebuild_offer_rollups(start=start, end=start + timedelta(days=step[1]))
        else:
            record_offer_events(readings=[facts(**event) for event in step], now=NOW)
    fold_everything()
    assert_rollups_equal_events()
