"""What must not grow with the data: the dashboard's sums, the console's lists and the export's memory."""

import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import many_orders
from tests.benchmarks.report import Row, alternate, faster_row, share_row, within_row
from tests.benchmarks.servers import CHECKOUT, STATE, Database, Servers, binary, find_database, make_database, serve

EXPORT_COLUMNS = (
    "id, created_at, offer_slug, target_slug, event_type, action, cart_total, currency, order_reference, metadata"
)
# Pages are read so often in one round; the median counts.
READINGS = 7
LOOKBACK_DAYS = 14
MEBIBYTE = 1024 * 1024
# So many days up to now hold the events; every one lies in a partition that a fresh database has.
DAYS = 20
FILL = f"""
INSERT INTO checkout_offer_events
    (id, created_at, occurred_at, offer_slug, target_slug, event_type, action, cart_total, currency, metadata)
SELECT gen_random_uuid(), moment, moment, 'offer-' || n %% 8, 'target-' || n %% 50,
    CASE WHEN n %% 190 = 0 THEN 'cta_click' WHEN n %% 450 = 0 THEN 'accept' ELSE 'impression' END, 'bundle_visible',
    round((20 + n %% 9000 / 37.0)::numeric, 2), CASE n %% 3 WHEN 0 THEN 'EUR' WHEN 1 THEN 'USD' ELSE 'BRL' END,
    '{{"placement": "checkout"}}'
FROM (SELECT n, now() - n * interval '{DAYS} days' / %(events)s::float8 AS moment FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n) AS made
"""
EVENTS_AT_ONCE = 500_000
RAW_SUMS = """
SELECT offer_slug, event_type, coalesce(currency, ''), count(*), sum(cart_total) FROM checkout_offer_events
WHERE cart_total IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
ROLLED_UP_SUMS = """
SELECT offer_slug, event_type, currency, sum(event_count)::bigint, sum(cart_total) FROM analytics_offer_rollup_amounts
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
PAGES = {
    "event list": "/admin/analytics/offerevent/",
    "attention page": "/admin/",
    "order list": "/admin/checkout/order/",
    "recovery page": "/admin/checkout/recovery/",
    "command centre": "/admin/onboarding/journey/",
}
MAKE_SESSION = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from smplat.console.models import User
person, _ = User.objects.get_or_create(username="bench", defaults=dict(is_staff=True, is_superuser=True))
session = SessionStore()
backend = "django.contrib.auth.backends.ModelBackend"
session.update({SESSION_KEY: str(person.pk), BACKEND_SESSION_KEY: backend, HASH_SESSION_KEY: person.get_session_auth_hash()})
session.save()
print(session.session_key)
"""


def filled_database(servers: Servers, *, events: int, orders: int) -> Database:
    """A database with so many events, folded, so many orders, and open journeys; kept for the next run."""
    name = f"bench_{events}_{orders}"
    if (database := find_database(servers, name)) is None or not _has_events(database, events):
        database = make_database(servers, name)
        _fill_events(database, events)
    database.manage("migrate", "--verbosity", "0")
    with database.connect() as connection:
        if not connection.execute("SELECT EXISTS (SELECT FROM checkout_order)").fetchone()[0]:
            with connection.transaction():
                many_orders.fill(connection, orders=orders)
            connection.execute("VACUUM ANALYZE")
    return database


def _fill_events(database: Database, events: int) -> None:
    with database.connect() as connection:
        for first in range(0, events, EVENTS_AT_ONCE):
            last = min(first + EVENTS_AT_ONCE, events) - 1
            connection.execute(FILL, {"events": events, "first": first, "last": last})
        connection.execute("VACUUM ANALYZE checkout_offer_events")
    database.manage("rebuild_offer_rollups")
    with database.connect() as connection:
        connection.execute("VACUUM ANALYZE")


def measure_dashboard(database: Database, *, rounds: int) -> list[Row]:
    """The sums a dashboard shows, from rollups and from the events themselves; both must be the same to the cent."""
    with database.connect() as connection:

        def timed(statement: str) -> Callable[[], float]:
            return lambda: _seconds(lambda: connection.execute(statement).fetchall())

        if connection.execute(RAW_SUMS).fetchall() != connection.execute(ROLLED_UP_SUMS).fetchall():
            raise SystemExit("Rollups and events differ.")
        ours, raw = alternate(rounds, timed(ROLLED_UP_SUMS), timed(RAW_SUMS))
    return [faster_row("dashboard sums from rollups", ours=ours, slow=raw, slow_is="raw GROUP BY, equal", at_least=50)]


def measure_pages(large: Database, empty: Database, *, rounds: int) -> list[Row]:
    """Pages of the console over the large database, and over one that holds nothing."""
    rows = []
    cookies = {database.name: _session_of(database) for database in (large, empty)}
    with serve(large, processes=1) as large_port, serve(empty, processes=1) as empty_port:
        for name, path in PAGES.items():
            in_large, in_empty = alternate(
                rounds,
                lambda path=path: _page_seconds(large_port, path, cookies[large.name]),
                lambda path=path: _page_seconds(empty_port, path, cookies[empty.name]),
            )
            rows.append(within_row(name, large=in_large, empty=in_empty, at_most=2))
    return rows


def measure_export(database: Database, *, rounds: int) -> list[Row]:
    """The export command, its start included, against COPY of the same rows."""
    with database.connect() as connection:
        where = f"created_at >= now() - interval '{LOOKBACK_DAYS} days'"
        (count,) = connection.execute(f"SELECT count(*) FROM checkout_offer_events WHERE {where}").fetchone()
    copy = f"\\copy (SELECT {EXPORT_COLUMNS} FROM checkout_offer_events WHERE {where}) TO '{STATE / 'copied.tsv'}'"
    resident: list[float] = []

    def through_command() -> float:
        command = ["export_offer_events", "--lookback-days", str(LOOKBACK_DAYS), "--format", "ndjson"]
        command = [sys.executable, "manage.py", *command, "--output", str(STATE / "exported.ndjson")]
        seconds, most = _run(command, database)
        resident.append(most)
        return count / seconds

    def through_copy() -> float:
        return count / _run([binary("psql"), "--quiet", "--command", copy], database)[0]

    ours, limit = alternate(rounds, through_command, through_copy)
    details = {"rows": count, "resident MiB": max(resident)}
    return [
        share_row(
            "export to NDJSON",
            ours=ours,
            limit=limit,
            unit="rows/s",
            limit_is="COPY, same rows",
            at_least=0.5,
            details=details,
        )
    ]


def _run(command: list[str], database: Database) -> tuple[float, float]:
    """Seconds, and the most memory it held in MiB."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=CHECKOUT, env=database.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{Path(command[1]).name} failed")
    unit = 1 if sys.platform == "darwin" else 1024
    return time.perf_counter() - started, usage.ru_maxrss * unit / MEBIBYTE


def _has_events(database: Database, events: int) -> bool:
    with database.connect() as connection:
        found = connection.execute("SELECT coalesce(sum(event_count), 0) FROM analytics_offer_rollups").fetchone()
    return found is not None and int(found[0]) == events


def _session_of(database: Database) -> str:
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", MAKE_SESSION]
    out = subprocess.run(command, cwd=CHECKOUT, env=database.environment, check=True, capture_output=True, text=True)
    return out.stdout.split()[-1]


def _page_seconds(port: int, path: str, session: str) -> float:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Cookie": f"sessionid={session}"})

    def read() -> None:
        with urllib.request.urlopen(request) as answer:
            if "/login" in answer.url:
                raise SystemExit("The session was not accepted.")
            answer.read()

    read()
    return statistics.median(_seconds(read) for _ in range(READINGS))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
