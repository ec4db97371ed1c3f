"""Batches of 1,000 events against psql's \\copy of the same rows into the same table in transactions of 1,000 rows."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from smplat.ids import new_id
from tests.benchmarks.limits import run_copies
from tests.benchmarks.load import Load, median_milliseconds, post, run_load
from tests.benchmarks.report import Row, alternate, share_row
from tests.benchmarks.servers import KEY, STATE, Database, serve
from tests.benchmarks.single_event import EVENT

AT_LEAST = 0.5
BATCH = 1_000
PATH = "/api/v1/analytics/offer-events/batch"
NDJSON = "application/x-ndjson"
COLUMNS = (
    *("id", "created_at", "occurred_at", "offer_slug", "target_slug", "event_type", "action", "cart_total", "currency"),
    *("order_reference", "metadata", "event_id", "receipt_id", "client_id"),
)
OFFERS = 8


def measure(database: Database, *, rounds: int, batches: int, connections: int) -> list[Row]:
    with serve(database) as port:
        return [
            _row(
                f"batch of 1,000{name}, {connections} connections",
                with_id,
                database,
                port,
                rounds,
                batches,
                connections,
            )
            for name, with_id in (("", False), (" with event_id", True))
        ]


def _row(  # noqa: PLR0917 - the parts of one measurement
    name: str, with_id: bool, database: Database, port: int, rounds: int, batches: int, connections: int
) -> Row:
    loads: list[Load] = []

    def through_http() -> float:
        requests = [post(PATH, _body(with_id=with_id), port=port, key=KEY, content_type=NDJSON) for _ in range(batches)]
        load = run_load(
            port=port, next_request=iter([*requests, *[None] * connections]).__next__, connections=connections
        )
        if set(load.statuses) != {200} and set(load.statuses) != {202}:
            raise SystemExit(f"Unexpected answers: {load.statuses}")
        loads.append(load)
        return batches * BATCH / load.seconds

    def in_database() -> float:
        files = [_write_rows(STATE / f"copy-{number}.csv", with_id=with_id) for number in range(batches)]
        return run_copies(database, files, columns=", ".join(COLUMNS), clients=connections, rows=batches * BATCH)

    ours, limit = alternate(rounds, through_http, in_database)
    return share_row(
        name,
        ours=ours,
        limit=limit,
        unit="events/s",
        limit_is="\\copy, same rows",
        at_least=AT_LEAST,
        details={"p50 ms": median_milliseconds(loads, 0.5)},
    )


def _events(*, with_id: bool) -> Iterator[dict[str, object]]:
    """A thousand different events of the last minutes."""
    now = datetime.now(UTC)
    for number in range(BATCH):
        more: dict[str, object] = {"event_id": str(uuid4())} if with_id else {}
        yield {
            **EVENT,
            "offer_slug": f"offer-{number % OFFERS}",
            "cart_total": f"{20 + number / 10:.2f}",
            "occurred_at": (now - timedelta(seconds=number)).isoformat(),
            **more,
        }


def _body(*, with_id: bool) -> bytes:
    return b"\n".join(json.dumps(event).encode() for event in _events(with_id=with_id))


def _write_rows(path: Path, *, with_id: bool) -> Path:
    """The same rows as the application would store them."""
    receipt_id, created_at = new_id(), datetime.now(UTC).isoformat()
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        for event in _events(with_id=with_id):
            made = {"id": new_id(), "created_at": created_at, "receipt_id": receipt_id}
            row = {**event, **made, "metadata": json.dumps(event["metadata"])}
            writer.writerow([row.get(column, "") for column in COLUMNS])
    return path
