"""Throw-away PostgreSQL and Valkey for a run without DATABASE_URL and REDIS_URL (loaded by `-p` before Django's settings).

The process that pytest was started as begins them; xdist's workers inherit the addresses by environment. They end with
that process however it ends, and the next run removes what a killed one could not.
"""

import os
import re
from pathlib import Path

import pytest

from smplat.embedded import throw_away
from smplat.embedded.attach import attach, detach, wait_until_stopped

ROOT = Path(__file__).resolve().parents[1] / ".smplat" / "tests"
# What every Redis has unless told otherwise; ours has more.
REDIS_DATABASES = 16
STOP_SECONDS = 15.0

_started: Path | None = None


def begin() -> None:
    """Start this run's servers and name them in the environment, unless it names some already."""
    global _started  # noqa: PLW0603 - one run, one set of servers
    os.environ.setdefault("ENVIRONMENT", "development")
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        os.environ["REDIS_URL"] = choose_redis_database(os.environ["REDIS_URL"], worker)
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        return
    throw_away.remove_abandoned(ROOT)
    _started = ROOT / str(os.getpid())
    addresses = attach(_started, durable=False)
    os.environ["DATABASE_URL"] = os.environ.get("DATABASE_URL") or addresses.database_url
    os.environ["REDIS_URL"] = os.environ.get("REDIS_URL") or addresses.redis_url


def end() -> None:
    """Stop what `begin` started and wait for its end, so that a script that follows finds nothing running."""
    if _started:
        detach(_started)
        wait_until_stopped(_started, seconds=STOP_SECONDS)


def choose_redis_database(url: str, worker: str) -> str:
    """The URL of an xdist worker's own Redis database: workers flush and count without disturbing one another."""
    number = int(worker.removeprefix("gw")) + 1

    def shift(match: re.Match[str]) -> str:
        return f"{match[1]}{(int(match[2]) + number) % REDIS_DATABASES}"

    return re.sub(r"(\?db=|:\d+/)(\d+)$", shift, url)


def pytest_report_header() -> str:
    return f"servers: {'throw-away, ' + str(_started) if _started else 'from the environment'}"


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    end()
