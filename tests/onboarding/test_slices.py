"""A slice of experiments that somebody cited: the same rows whenever it is read, whoever was slow to commit."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.utils.http import urlencode

from onboarding.actions.record_experiments import Experiment, record_experiments
from onboarding.slices import Slice, read_slice
from smplat import clock
from smplat.snapshots import Snapshot, read_snapshot, take_snapshot
from tests.checkout.console.conftest import signed_in
from tests.faults.processes import database_url, eventually

__all__ = ["signed_in"]

CONVERSIONS = "/api/v1/reporting/onboarding/experiment-conversions"
EVENTS = "/api/v1/reporting/onboarding/experiment-events"
KEY = "storefront-key-for-tests"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def read(settings):
    settings.CHECKOUT_API_KEY = KEY

    def read(path, **query):
        address = f"{path}?{urlencode(query)}" if query else path
        response = Client().get(address, headers={"X-API-Key": KEY})
        assert response.status_code == 200
        return response.json()

    return read


def record(journey, *slugs):
    named = [Experiment(slug=slug, variant_key="b") for slug in slugs]
    record_experiments(order_id=journey.order_id, experiments=named, now=clock.now())


@contextmanager
def slow_to_commit(journey, *slugs):
    """While this lasts, the records are written but not committed: they wait for the row of their order."""

    def write():
        try:
            record(journey, *slugs)
        finally:
            connection.close()

    with (
        psycopg.connect(database_url()) as holder,
        psycopg.connect(database_url(), autocommit=True) as watcher,
        ThreadPoolExecutor(1) as pool,
    ):
        holder.execute("SELECT FROM checkout_order WHERE id = %s FOR UPDATE", [journey.order_id])
        writer = pool.submit(write)
        assert eventually(lambda: watcher.execute(WAITING).fetchone() == (1,))
        yield
        holder.rollback()
        writer.result()


@pytest.mark.django_db(transaction=True)
def test_who_commits_after_a_cursor_was_issued_does_not_join_its_slice(begin, read):
    early, late = begin(), begin()
    record(early, "winter-price")
    with slow_to_commit(late, "winter-price", "late-price"):
        cited = read(CONVERSIONS)
    live = read(CONVERSIONS)
    assert [(line["slug"], line["orderCount"]) for line in live["metrics"]] == [("winter-price", 2), ("late-price", 1)]
    again = read(CONVERSIONS, cursor=cited["sliceCursor"])
    assert again["metrics"] == cited["metrics"]
    assert [(line["slug"], line["orderCount"]) for line in again["metrics"]] == [("winter-price", 1)]
    assert (again["knownAt"], again["sliceCursor"]) == (cited["knownAt"], cited["sliceCursor"])


@pytest.mark.django_db(transaction=True)
def test_the_address_that_the_page_gives_out_keeps_its_figures_whoever_commits_late(begin, signed_in):
    early, late = begin(), begin()
    record(early, "winter-price")
    client = signed_in("analyst")
    with slow_to_commit(late, "winter-price"):
        address = client.get("/admin/reports/").context["slice_url"]
    page = client.get(address.removeprefix("http://localhost:8000").partition("#")[0]).context
    assert [conversion.order_count for conversion, _ in page["rows"]] == [1]
    assert [variant.orders for variant in page["variants"]] == [1]
    assert [line["data"] for line in json.loads(page["chart"]["value"])["datasets"]] == [[0] * 9 + [1]]
    assert page["slice_url"] == address


@pytest.mark.django_db(transaction=True)
def test_pages_of_events_are_of_the_snapshot_of_the_first(begin, read):
    early, late = begin(), begin()
    record(early, "a", "b")
    with slow_to_commit(late, "late"):
        record(early, "c", "d")
        first = read(EVENTS, limit=2)
    rest = read(EVENTS, limit=9, cursor=first["nextCursor"])
    assert [row["slug"] for row in first["events"]] == ["c", "d"]
    assert [row["slug"] for row in rest["events"]] == ["a", "b"]
    assert [row["slug"] for row in read(EVENTS)["events"]] == ["c", "d", "late", "a", "b"]


@pytest.mark.django_db
def test_a_transaction_sees_what_it_wrote_itself():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        (own,) = cursor.fetchone()
    snapshot = take_snapshot()
    assert own < snapshot.high
    assert own not in snapshot.running


@pytest.mark.parametrize("snapshot", [Snapshot(745, 745), Snapshot(745, 750, (745, 747))])
def test_a_snapshot_is_read_as_it_was_written(snapshot):
    assert read_snapshot(str(snapshot)) == snapshot


def test_a_slice_is_read_as_it_was_written():
    known = Slice(datetime(2026, 6, 10, 12, tzinfo=UTC) + timedelta(microseconds=1), Snapshot(745, 750, (747,)))
    assert str(known) == "2026-06-10T12:00:00.000001Z~745.5.2"
    assert read_slice(str(known)) == known


@pytest.mark.parametrize(
    "text", ["", "745", "745.", ".1", "745.1.", "745.-1", "745.x", "٧٤٥.1", "9223372036854775807.1", "1" * 20 + ".1"]
)
def test_what_is_no_snapshot_is_none(text):
    assert read_snapshot(text) is None
    assert read_slice(f"2026-06-10T12:00:00Z~{text}") is None
