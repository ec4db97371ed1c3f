"""One event a request against the same INSERT … COMMIT by pgbench, at equal concurrency."""

import itertools
import json
import random
from pathlib import Path
from uuid import UUID

from tests.benchmarks.limits import as_pgbench_script, run_pgbench, write_script
from tests.benchmarks.load import Load, median_milliseconds, post, run_load
from tests.benchmarks.report import Row, alternate, share_row
from tests.benchmarks.servers import KEY, Database, serve

AT_LEAST = 0.12
PATH = "/api/v1/analytics/offer-events"
EVENT = {
    "offer_slug": "espresso-starter-set",
    "target_slug": "espresso-starter-set",
    "event_type": "impression",
    "action": "bundle_visible",
    "cart_total": "64.90",
    "currency": "EUR",
    "metadata": {"placement": "checkout", "position": 1},
}
# The event's columns as SQL; times and ids are made by the database, as they are by the application.
VALUES = {
    "created_at": "now()",
    "occurred_at": "now()",
    **{name: f"'{EVENT[name]}'" for name in ("offer_slug", "target_slug", "event_type", "action", "currency")},
    "cart_total": "64.90",
    "order_reference": "NULL",
    "metadata": f"'{json.dumps(EVENT['metadata'])}'",
    "receipt_id": "NULL",
    "client_id": "NULL",
    "request_id": "''",
}
RANDOM_ID = "(lpad(to_hex(:{high}::bigint),16,'0')||lpad(to_hex(:{low}::bigint),16,'0'))::uuid"
SET_IDS = "".join(f"\\set {name} random(1, 9223372036854775807)\n" for name in ("row", "event_high", "event_low"))
# Rows' ids grow with time, as UUIDv7 do; events' ids are random, as browsers make them.
ROW_ID = "uuidv7()"
REPEATED_ROW_ID = RANDOM_ID.format(high="row", low="event_low")


def measure(database: Database, *, rounds: int, seconds: float, clients: int) -> list[Row]:
    from analytics.actions.record_offer_event import INSERT_EVENT, INSERT_EVENT_ONCE

    plain = write_script("insert", as_pgbench_script(INSERT_EVENT, {**VALUES, "id": ROW_ID, "event_id": "NULL"}))
    event_id = RANDOM_ID.format(high="event_high", low="event_low")
    once = SET_IDS + as_pgbench_script(INSERT_EVENT_ONCE, {**VALUES, "id": REPEATED_ROW_ID, "event_id": event_id})
    return [
        _row(f"single event, {clients} clients", plain, False, database, rounds, seconds, clients),
        _row(
            f"single event with event_id, {clients} clients",
            write_script("insert_once", once),
            True,
            database,
            rounds,
            seconds,
            clients,
        ),
    ]


def _row(  # noqa: PLR0917 - the parts of one measurement
    name: str, script: Path, with_id: bool, database: Database, rounds: int, seconds: float, clients: int
) -> Row:
    loads: list[Load] = []

    def through_http() -> float:
        load = run_load(port=port, next_request=_requests(port, with_id=with_id), connections=clients, seconds=seconds)
        if set(load.statuses) != {202}:
            raise SystemExit(f"Unexpected answers: {load.statuses}")
        loads.append(load)
        return load.requests / load.seconds

    def in_database() -> float:
        return run_pgbench(database, script, clients=clients, seconds=seconds)

    with serve(database) as port:
        run_load(port=port, next_request=_requests(port, with_id=with_id), connections=clients, seconds=1)
        ours, limit = alternate(rounds, through_http, in_database)
    percentiles = {f"p{round(share * 100)} ms": median_milliseconds(loads, share) for share in (0.5, 0.99)}
    return share_row(
        name,
        ours=ours,
        limit=limit,
        unit="events/s",
        limit_is="pgbench, same statement",
        at_least=AT_LEAST,
        details=percentiles,
    )


def _requests(port: int, *, with_id: bool):
    """Ready-made bytes; only the event's id differs."""
    if not with_id:
        request = post(PATH, json.dumps(EVENT).encode(), port=port, key=KEY)
        return lambda: request
    start = random.getrandbits(96) << 32
    marker = UUID(int=start)
    whole = post(PATH, json.dumps({**EVENT, "event_id": str(marker)}).encode(), port=port, key=KEY)
    before, after = whole.split(str(marker)[-8:].encode())
    numbers = itertools.count()
    return lambda: b"%b%08x%b" % (before, next(numbers), after)
