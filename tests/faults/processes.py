"""The platform's processes on the test database, started as a deployment starts them and killed as it never would."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
from django.conf import settings
from django.db import connection as django_connection

from smplat.celery import app

KEY = "a-key-of-the-environment"
START_SECONDS = 60.0


def database_url(**changes: object) -> str:
    """The test database for another process; `changes` name another host or port."""
    database = django_connection.settings_dict
    names = {"user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    given = {name: database[key] for name, key in names.items() if database[key]} | changes
    # In the query, since the host of the embedded server is the folder of its socket.
    return f"postgresql:///{database['NAME']}?{urlencode(given)}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(condition: Callable[[], bool], *, seconds: float = START_SECONDS) -> bool:
    """Whether `condition` comes true; the limit only ends a test that would wait for ever."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def children_of(pid: int) -> list[int]:
    listing = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(child) for child in listing.stdout.split()]


@dataclass
class Running:
    """A process with a group of its own and a log."""

    process: subprocess.Popen[bytes]
    log: Path
    url: str = ""

    def kill(self) -> None:
        """kill -9, it and all its children."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def children(self) -> list[int]:
        """The processes it has forked."""
        return children_of(self.process.pid)

    def lines(self) -> list[dict[str, Any]]:
        """The log lines of ours, oldest first."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]


@contextmanager
def running(command: list[str], log: Path, *, url: str = "", **environment: str) -> Iterator[Running]:
    """Run a command of the platform until the block ends; however that happens, nothing is left of it."""
    variables = {
        "DATABASE_URL": database_url(),
        "CHECKOUT_API_KEY": KEY,
        "ENVIRONMENT": "development",
        "DJANGO_SETTINGS_MODULE": "smplat.settings",
        "PYTHONUNBUFFERED": "1",
    }
    with log.open("ab") as out:
        process = subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env={**os.environ, **variables, **environment},
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    started = Running(process, log, url)
    try:
        yield started
    finally:
        started.kill()


@contextmanager
def web_server(directory: Path, *, workers: int = 1, **environment: str) -> Iterator[Running]:
    """A web server that answers; `url` is its origin."""
    port = free_port()
    program = str(Path(sys.executable).with_name("granian"))
    command = [program, "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)]
    command += ["--blocking-threads", "4", "--respawn-failed-workers", "smplat.wsgi:application"]
    url = f"http://127.0.0.1:{port}"
    with running(command, directory / "web.log", url=url, **environment) as server:
        assert eventually(lambda: answers(f"{url}/healthz")), server.log.read_text()[-2000:]
        yield server


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


@contextmanager
def worker(directory: Path, redis_url: str, *, name: str = "worker", **environment: str) -> Iterator[Running]:
    """A Celery worker that takes messages, with a broker that soon hands on what a dead worker held."""
    command = [sys.executable, "-m", "celery", "-A", "tests.faults.impatient", "worker", "--hostname", f"{name}@here"]
    command += ["--without-mingle", "--concurrency", "1", "--loglevel", "INFO"]
    with running(command, directory / f"{name}.log", REDIS_URL=redis_url, **environment) as started:
        assert eventually(lambda: "ready." in started.log.read_text()), started.log.read_text()[-2000:]
        yield started


def send(redis_url: str, task: str) -> None:
    """Hand a task to whichever worker takes it."""
    with app.connection_for_write(redis_url) as connection:
        app.send_task(task, connection=connection)


@contextmanager
def beat(directory: Path, redis_url: str) -> Iterator[Running]:
    """Celery's scheduler."""
    command = [sys.executable, "-m", "celery", "-A", "smplat", "beat", "--loglevel", "INFO", "--pidfile="]
    with running(command, directory / "beat.log", REDIS_URL=redis_url) as started:
        yield started


@dataclass(frozen=True)
class Answer:
    """What a client sees."""

    status: int
    headers: Message
    body: bytes

    @property
    def data(self) -> Any:
        return json.loads(self.body)


def post(url: str, body: object, **headers: str) -> Answer:
    """POST as the storefront does, on a connection of its own.

    Raises:
        OSError: no answer came.
    """
    return _answer("POST", url, body, headers)


def patch(url: str, body: object) -> Answer:
    """PATCH as the storefront does; raises as post()."""
    return _answer("PATCH", url, body, {})


def get(url: str, **headers: str) -> Answer:
    """GET as the storefront does; raises as post()."""
    return _answer("GET", url, None, headers)


def _answer(method: str, url: str, body: object, headers: Mapping[str, str]) -> Answer:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "X-API-Key": KEY, **headers}
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


@contextmanager
def locked(table: str, *, url: str = "") -> Iterator[Callable[[], bool]]:
    """Hold a table so that whoever touches it stops right there; yields whether somebody waits."""
    url = url or database_url()
    with psycopg.connect(url) as holder, psycopg.connect(url, autocommit=True) as watcher:
        holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        waiting = "SELECT count(*) FROM pg_locks WHERE relation = %s::regclass AND NOT granted"

        def is_awaited() -> bool:
            row = watcher.execute(waiting, [table]).fetchone()
            return bool(row and row[0])

        yield is_awaited
        holder.rollback()
