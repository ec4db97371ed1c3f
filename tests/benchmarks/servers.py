"""The servers that are measured: PostgreSQL with durability on, Valkey, and two web processes."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from smplat.embedded import postgres
from smplat.embedded.attach import attach

CHECKOUT = Path(__file__).resolve().parents[2]
STATE = CHECKOUT / ".smplat" / "bench"
KEY = "benchmark-key"
WEB_PROCESSES = 2
START_SECONDS = 60


@dataclass(frozen=True)
class Servers:
    """Where the embedded servers of the benchmarks answer."""

    database_url: str
    redis_url: str

    def database(self, name: str) -> "Database":
        parameters = conninfo_to_dict(self.database_url)
        return Database(make_conninfo("", **{**parameters, "dbname": name}), self.redis_url)


@dataclass(frozen=True)
class Database:
    """One database of the benchmarks."""

    conninfo: str
    redis_url: str

    @property
    def name(self) -> str:
        return str(conninfo_to_dict(self.conninfo)["dbname"])

    @property
    def environment(self) -> dict[str, str]:
        """What our processes and libpq's programs need to reach it."""
        parts = conninfo_to_dict(self.conninfo)
        url = f"postgresql://{parts['user']}@/{parts['dbname']}?host={parts['host']}&port={parts.get('port', 5432)}"
        return {
            **os.environ,
            "ENVIRONMENT": "development",
            "DATABASE_URL": url,
            "REDIS_URL": self.redis_url,
            "CHECKOUT_API_KEY": KEY,
            "THROTTLE_SECRET_PER_MINUTE": "1000000000",
            "LOG_LEVEL": "WARNING",
            "PGHOST": str(parts["host"]),
            "PGPORT": str(parts.get("port", 5432)),
            "PGUSER": str(parts["user"]),
            "PGDATABASE": str(parts["dbname"]),
        }

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(self.conninfo, autocommit=True)

    def manage(self, *arguments: str) -> None:
        """Run manage.py here, quietly."""
        subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=CHECKOUT,
            env=self.environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )


def start_servers() -> Servers:
    """PostgreSQL and Valkey of the benchmarks; they end with this process."""
    addresses = attach(STATE / "services", durable=True)
    return Servers(addresses.database_url, addresses.redis_url)


def make_database(servers: Servers, name: str) -> Database:
    """A fresh, migrated database."""
    with servers.database("postgres").connect() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    database = servers.database(name)
    database.manage("migrate", "--verbosity", "0")
    return database


def find_database(servers: Servers, name: str) -> Database | None:
    """A database that an earlier run left, or None."""
    with servers.database("postgres").connect() as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    return servers.database(name) if found else None


def binary(name: str) -> str:
    """A PostgreSQL program of the same build as the server."""
    return str(postgres.find_binaries() / name)


@contextlib.contextmanager
def serve(database: Database, *, processes: int = WEB_PROCESSES) -> Iterator[int]:
    """Web processes on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(processes), "--no-access-log", "--log-level", "warning", "smplat.wsgi:application"),
    ]
    environment = {**database.environment, "SMPLAT_PROCESS": "web"}
    with subprocess.Popen(command, cwd=CHECKOUT, env=environment) as process:
        try:
            _wait_for(port)
            yield port
        finally:
            process.send_signal(signal.SIGTERM)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
                json.load(answer)
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.2)
    raise SystemExit("The web processes did not start.")
