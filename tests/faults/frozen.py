"""Servers of a test's own with the schema of the test database, to be stopped as SIGSTOP stops them: they end nothing and say nothing."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from smplat.embedded import postgres
from smplat.embedded.addresses import Addresses
from smplat.embedded.attach import attach, detach, wait_until_stopped
from tests.faults.processes import children_of, database_url


@dataclass(frozen=True)
class OwnServers:
    """PostgreSQL and Valkey that no other test uses."""

    root: Path
    addresses: Addresses

    @property
    def environment(self) -> dict[str, str]:
        """What our processes need to use them."""
        return {"DATABASE_URL": self.addresses.database_url, "REDIS_URL": self.addresses.redis_url}

    def connect(self) -> psycopg.Connection:
        """A session that knows nothing of the platform."""
        return psycopg.connect(self.addresses.database_url, autocommit=True)

    @contextmanager
    def frozen_postgres(self) -> Iterator[None]:
        """The postmaster first, so that it forks nobody any more."""
        postmaster = int((self.root / "postgres" / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGSTOP)
        sessions = children_of(postmaster)
        try:
            for pid in sessions:
                os.kill(pid, signal.SIGSTOP)
            yield
        finally:
            for pid in [*sessions, postmaster]:
                os.kill(pid, signal.SIGCONT)


@contextmanager
def own_servers(root: Path) -> Iterator[OwnServers]:
    addresses = attach(root, durable=False)
    try:
        copy_database(database_url(), addresses.database_url)
        yield OwnServers(root, addresses)
    finally:
        detach(root)
        wait_until_stopped(root, seconds=30)


def copy_database(source: str, target: str) -> None:
    binaries = postgres.find_binaries()
    dump = subprocess.run([binaries / "pg_dump", "--no-owner", source], capture_output=True, check=True)
    load = [binaries / "psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--single-transaction", target]
    subprocess.run(load, input=dump.stdout, stdout=subprocess.DEVNULL, check=True)
