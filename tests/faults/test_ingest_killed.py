"""kill -9 of the web server, and its database connections cut, in the middle of batches.

What was acknowledged is stored; what is sent again with the same ids is stored once; the ledger balances.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from uuid import uuid4

import pytest
from django.db import connection

from analytics.actions.check_ledger import check_ledger
from analytics.models import OfferEvent, OfferEventKey
from smplat import clock
from tests.analytics.making import sent
from tests.faults.processes import post, web_server

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]

PATH = "/api/v1/analytics/offer-events/batch"
BATCHES = 24
EVENTS = 200
# Enough have been acknowledged, and others are on their way.
ENOUGH = 6
# What the server cannot decide now, it may decide later.
NOT_NOW = 503

Batch = list[dict[str, object]]


def send(origin: str, batch: Batch) -> bool:
    """Whether the batch was acknowledged."""
    try:
        answer = post(origin + PATH, batch)
    except OSError:
        return False
    assert answer.status in {202, NOT_NOW}
    return answer.status == 202


def make_batches() -> list[Batch]:
    return [[sent(event_id=str(uuid4())) for _ in range(EVENTS)] for _ in range(BATCHES)]


def send_all_and_break(url: str, batches: list[Batch], break_it: Callable[[], None]) -> list[Batch]:
    """Send from four connections and break something on the way; the acknowledged batches."""
    acknowledged: list[Batch] = []
    enough = Event()

    def one(batch: Batch) -> None:
        if send(url, batch):
            acknowledged.append(batch)
            if len(acknowledged) >= ENOUGH:
                enough.set()

    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(one, batch) for batch in batches]
        assert enough.wait(60)
        break_it()
        for each in done:
            each.result()
    return acknowledged


def ids_of(batches: list[Batch]) -> set[str]:
    return {str(event["event_id"]) for batch in batches for event in batch}


def stored_ids() -> list[str]:
    return [str(event_id) for event_id in OfferEvent.objects.values_list("event_id", flat=True)]


def assert_exact(batches: list[Batch]) -> None:
    stored = stored_ids()
    assert len(stored) == len(set(stored)) == OfferEventKey.objects.count()
    assert set(stored) == ids_of(batches)
    assert check_ledger(now=clock.now()).is_balanced


def test_a_killed_web_server_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    batches = make_batches()
    with web_server(tmp_path) as server:
        acknowledged = send_all_and_break(server.url, batches, server.kill)
    assert len(acknowledged) < BATCHES
    assert ids_of(acknowledged) <= set(stored_ids())
    assert check_ledger(now=clock.now()).is_balanced
    with web_server(tmp_path) as server:
        assert all(send(server.url, batch) for batch in batches)
    assert_exact(batches)


def test_cut_database_connections_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    batches = make_batches()
    with web_server(tmp_path) as server:
        acknowledged = send_all_and_break(server.url, batches, cut_connections)
        assert ids_of(acknowledged) <= set(stored_ids())
        assert all(send(server.url, batch) or send(server.url, batch) for batch in batches)
    assert_exact(batches)


def cut_connections() -> None:
    """End every session on the test database but our own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
