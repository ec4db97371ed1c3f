"""Partitions are there before events need them, and go when every event in them is old."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import connection

from analytics.actions.create_offer_event_partitions import create_offer_event_partitions
from analytics.actions.drop_expired_offer_events import drop_expired_offer_events
from analytics.actions.purge_offer_event_keys import purge_offer_event_keys
from analytics.actions.rebuild_offer_rollups import earliest_rebuildable
from analytics.actions.record_offer_event import record_offer_event
from analytics.models import DroppedPartition, OfferEvent, OfferEventKey, OfferRollup
from analytics.partitions import EVENTS, PARTITIONED, list_partitions, months_of
from analytics.rules.months import add_months, month_of, partition_name, start_of
from smplat.ids import new_id
from smplat.maintenance import maintenance_connection
from tests.analytics.making import NOW, facts
from tests.analytics.rollups import fold_everything

pytestmark = pytest.mark.django_db(transaction=True)

OLD = add_months(month_of(NOW), -6)
THEN = start_of(OLD) + timedelta(days=10)
RETENTION = timedelta(days=100)


@pytest.fixture(autouse=True)
def _partitions_as_before() -> Iterator[None]:
    """Maintenance works outside the test's transaction: put the tables back as the migration left them."""
    before = {table: months_of(table) for table in PARTITIONED}
    yield
    with maintenance_connection() as maintenance:
        for table in PARTITIONED:
            for month in months_of(table) - before[table]:
                maintenance.execute(f"DROP TABLE {partition_name(table, month)}")
    create_offer_event_partitions(now=NOW, back=1)


def an_old_event() -> None:
    create_offer_event_partitions(now=THEN, ahead=0)
    record_offer_event(facts=facts(occurred_at=THEN.isoformat()), now=THEN)


def test_missing_months_are_created_once() -> None:
    ahead = add_months(month_of(NOW), 4)
    created = create_offer_event_partitions(now=NOW, ahead=4)
    assert created.names == tuple(partition_name(table, ahead) for table in PARTITIONED)
    assert create_offer_event_partitions(now=NOW, ahead=4).names == ()


def test_a_created_month_takes_events_and_refuses_changes() -> None:
    an_old_event()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM checkout_offer_events")
        assert cursor.fetchone() == (partition_name(EVENTS, OLD),)
    with pytest.raises(Exception, match="Cannot update or delete"):
        OfferEvent.objects.update(offer_slug="other")


def test_a_created_month_has_every_index_of_its_table() -> None:
    create_offer_event_partitions(now=THEN, ahead=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename, count(*) FROM pg_indexes WHERE tablename = ANY(%s) GROUP BY 1",
            [[partition_name(EVENTS, OLD), partition_name(EVENTS, month_of(NOW))]],
        )
        counts = dict(cursor.fetchall())
    assert len(set(counts.values())) == 1


def test_an_expired_month_is_dropped_and_its_rollups_stay() -> None:
    an_old_event()
    fold_everything()
    done = drop_expired_offer_events(now=NOW, retention=RETENTION)
    assert partition_name(EVENTS, OLD) in done.dropped
    assert not OfferEvent.objects.exists()
    assert OfferRollup.objects.get().event_count == 1
    gone = DroppedPartition.objects.get(table_name=EVENTS)
    assert (gone.month, gone.row_count, gone.newest_occurred_at) == (OLD, 1, THEN)
    earliest = earliest_rebuildable()
    assert earliest is not None
    assert earliest > THEN


def test_a_month_the_rollups_do_not_have_yet_stays() -> None:
    an_old_event()
    done = drop_expired_offer_events(now=NOW, retention=RETENTION)
    assert done.unfolded == (partition_name(EVENTS, OLD),)
    assert OfferEvent.objects.count() == 1


def test_a_rehearsal_drops_nothing() -> None:
    an_old_event()
    fold_everything()
    done = drop_expired_offer_events(now=NOW, retention=RETENTION, is_rehearsal=True)
    assert partition_name(EVENTS, OLD) in done.dropped
    assert OfferEvent.objects.count() == 1
    assert not DroppedPartition.objects.exists()


def test_months_within_retention_stay() -> None:
    before = list_partitions(EVENTS)
    drop_expired_offer_events(now=NOW, retention=RETENTION)
    assert list_partitions(EVENTS) == before


def test_a_run_that_was_cut_off_between_detaching_and_dropping_is_finished() -> None:
    an_old_event()
    name = partition_name(EVENTS, OLD)
    DroppedPartition.objects.create(name=name, table_name=EVENTS, month=OLD, row_count=1, dropped_at=NOW)
    with maintenance_connection() as maintenance:
        maintenance.execute(f"ALTER TABLE {EVENTS} DETACH PARTITION {name}")
    drop_expired_offer_events(now=NOW, retention=RETENTION)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [name])
        assert cursor.fetchone() == (None,)


def test_keys_outlive_the_acceptance_of_their_events() -> None:
    for age in (100, 106, 108):
        OfferEventKey.objects.create(event_id=new_id(), id=new_id(), created_at=NOW - timedelta(days=age))
    purged = purge_offer_event_keys(now=NOW, retention=RETENTION)
    assert (purged.keys, purged.is_complete) == (1, True)
    assert OfferEventKey.objects.count() == 2


def test_keys_are_purged_in_batches() -> None:
    for _ in range(3):
        OfferEventKey.objects.create(event_id=new_id(), id=new_id(), created_at=NOW - timedelta(days=200))
    assert not purge_offer_event_keys(now=NOW, retention=RETENTION, batch=2).is_complete
    assert purge_offer_event_keys(now=NOW, retention=RETENTION, batch=2).is_complete
    assert not OfferEventKey.objects.exists()


def test_the_name_of_a_month_is_readable() -> None:
    assert partition_name(EVENTS, date(2026, 3, 1)) == "checkout_offer_events_2026_03"
