"""kill -9 of the web server, and its database connections cut, in the middle of batches.

What was acknowledged is stored; what is sent again with the same ids is stored once; the ledger balances.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.conf import settings as live_settings
from django.db import connection

from analytics.actions.check_ledger import check_ledger
from analytics.models import OfferEvent, OfferEventKey
from smplat import clock
from tests.analytics.making import sent

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]

KEY = "a-key-of-the-environment"
BATCHES = 24
EVENTS = 200
# Enough have been acknowledged, and others are on their way.
ENOUGH = 6
# What the server cannot decide now, it may decide later.
NOT_NOW = 503

Batch = list[dict[str, object]]


def database_url() -> str:
    database = connection.settings_dict
    names = {"user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    given = {name: database[key] for name, key in names.items() if database[key]}
    return f"postgresql:///{database['NAME']}?{urlencode(given)}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def web_server() -> Iterator[tuple[str, Callable[[], None]]]:
    """A web server of its own on the test database: its address, and how to kill it."""
    port = free_port()
    program = str(Path(sys.executable).with_name("granian"))
    process = subprocess.Popen(
        [program, "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "smplat.wsgi:application"],
        cwd=live_settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": database_url(), "CHECKOUT_API_KEY": KEY, "ENVIRONMENT": "development"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )

    def kill() -> None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    try:
        wait_until_it_answers(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}/api/v1/analytics/offer-events/batch", kill
    finally:
        if process.poll() is None:
            kill()


def wait_until_it_answers(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the web server did not start within a minute")


def send(url: str, batch: Batch) -> bool:
    """Whether the batch was acknowledged."""
    request = urllib.request.Request(
        url,
        data=json.dumps(batch).encode(),
        headers={"Content-Type": "application/json", "X-API-Key": KEY},
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status == 202
    except urllib.error.HTTPError as error:
        with error:
            if error.code != NOT_NOW:
                raise
        return False
    except OSError:
        return False


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


def test_a_killed_web_server_loses_nothing_it_acknowledged() -> None:
    batches = make_batches()
    with web_server() as (url, kill):
        acknowledged = send_all_and_break(url, batches, kill)
    assert len(acknowledged) < BATCHES
    assert ids_of(acknowledged) <= set(stored_ids())
    assert check_ledger(now=clock.now()).is_balanced
    with web_server() as (url, _):
        assert all(send(url, batch) for batch in batches)
    assert_exact(batches)


def test_cut_database_connections_lose_nothing_that_was_acknowledged() -> None:
    batches = make_batches()
    with web_server() as (url, _):
        acknowledged = send_all_and_break(url, batches, cut_connections)
        assert ids_of(acknowledged) <= set(stored_ids())
        assert all(send(url, batch) or send(url, batch) for batch in batches)
    assert_exact(batches)


def cut_connections() -> None:
    """End every session on the test database but our own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
