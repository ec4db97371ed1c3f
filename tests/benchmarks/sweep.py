"""The recovery sweep: due checkouts decided a second by four sweepers, each exactly once."""

import subprocess
import sys
import time
from collections import Counter

from tests.benchmarks.report import Row, least_row
from tests.benchmarks.servers import CHECKOUT, Database, Servers, make_database
from tests.checkout.many_due import PROMPTS, fill

AT_LEAST = 5_000.0
SWEEPERS = 4
# From the first claim until the last sweeper has ended: what a sweeper takes to start is not the sweep.
FIRST_CLAIM = "SELECT extract(epoch FROM min(started_at)) FROM checkout_sweeprun"


def measure(servers: Servers, *, rounds: int, rows: int) -> list[Row]:
    rates = [_measure_once(make_database(servers, "bench_sweep"), rows=rows) for _ in range(rounds)]
    name = f"recovery sweep, {rows:,} due, {SWEEPERS} sweepers"
    return [least_row(name, ours=rates, unit="rows/s", at_least=AT_LEAST)]


def _measure_once(database: Database, *, rows: int) -> float:
    with database.connect() as connection:
        fill(connection.execute, rows=rows)
    sweep_all(database)
    ended_at = time.time()
    with database.connect() as connection:
        prompts = Counter(prompts for prompts, _ in connection.execute(PROMPTS, {}).fetchall())
        (started_at,) = connection.execute(FIRST_CLAIM).fetchone()
    if prompts != {1: rows}:
        raise SystemExit(f"Not every customer was prompted exactly once: {dict(prompts)}")
    return rows / (ended_at - float(started_at))


def sweep_all(database: Database) -> None:
    command = [sys.executable, "manage.py", "sweep_checkouts"]
    sweepers = [
        subprocess.Popen(command, cwd=CHECKOUT, env=database.environment, stdout=subprocess.DEVNULL)
        for _ in range(SWEEPERS)
    ]
    codes = [sweeper.wait() for sweeper in sweepers]
    if any(codes):
        raise SystemExit("A sweeper failed; its message stands above.")
