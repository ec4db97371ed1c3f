"""`make demo`: the whole platform on one machine, with a sample store and live traffic, until Ctrl-C."""

import argparse
import fcntl
import gc
import os
import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TypeVar

from smplat.demo import announcement, processes, store
from smplat.demo.stack import ProgramFailed, Stack
from smplat.embedded.attach import STATE, attach, detach, wait_until_stopped
from smplat.embedded.layout import Layout, UnusableDirectory

HOST = "127.0.0.1"
# From the start of the web server to its first answer, on a slow machine.
ANSWER_SECONDS = 60.0
SERVERS_STOP_SECONDS = 15.0

Result = TypeVar("Result")

_stop_requested = False


def request_stop(_signal: int, _frame: FrameType | None) -> None:
    global _stop_requested  # noqa: PLW0603 - one process, one wish
    _stop_requested = True


def is_stop_requested() -> bool:
    return _stop_requested


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    os.environ.setdefault("ENVIRONMENT", "development")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smplat.settings")
    for name, value in processes.DEMO_SETTINGS.items():
        os.environ.setdefault(name, value)
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    # Links in messages and on pages lead to this demo, whatever its port.
    os.environ.setdefault("API_BASE_URL", f"http://{HOST}:{port}")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, request_stop)
    layout = Layout(STATE)
    try:
        layout.prepare()
        lock = take_demo_lock(layout.root / "demo.lock")
        stack = Stack(layout=layout, environment=processes.environment(layout.root), say=say)
        stack.end_leftovers()
        check_port(port)
        run(stack, port=port)
    except (UnusableDirectory, ProgramFailed, TimeoutError) as problem:
        sys.exit(str(problem))
    os.close(lock)


def run(stack: Stack, *, port: int) -> None:
    """Start everything, say so, watch it, stop it."""
    started = time.monotonic()
    url = f"http://{HOST}:{port}"
    uses_embedded = not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))
    try:
        if uses_embedded:
            step("PostgreSQL and Valkey", attach)
        start(stack, url=url, port=port, started=started)
        stack.watch(until=is_stop_requested)
    finally:
        say("Stopping")
        stack.stop()
        if uses_embedded:
            detach()
            stopped = wait_until_stopped(seconds=SERVERS_STOP_SECONDS)
            say("Stopped" if stopped else "Stopped; PostgreSQL and Valkey stay up for other commands that use them")


def start(stack: Stack, *, url: str, port: int, started: float) -> None:
    """The store before the processes that work on it; returns early when a stop is asked for."""
    # The search for reference cycles would take a sixth of the time and free some fifty megabytes.
    gc.disable()
    shutil.rmtree(stack.environment["PROMETHEUS_MULTIPROC_DIR"])
    Path(stack.environment["PROMETHEUS_MULTIPROC_DIR"]).mkdir()
    # The web server imports, on another processor, while the tables are made.
    stack.start(processes.web(port=port))
    step("Database schema", store.migrate)
    sample = step("Sample store", lambda: store.load_sample_store(stack))
    gc.enable()
    stack.start(processes.worker())
    stack.start(processes.beat())
    step("Web server", lambda: wait_for_answer(stack, f"{url}/healthz"))
    if is_stop_requested():
        return
    if sample.simulator_key:
        stack.start(processes.simulator(url=url, key=sample.simulator_key))
    say(announcement.describe(url=url, store=sample))
    say(f"Usable after {time.monotonic() - started:.0f} s")
    say(announcement.ready_line(url=url, store=sample))


def step(name: str, work: Callable[[], Result]) -> Result:
    """Do one part of the start and say how long it took."""
    began = time.monotonic()
    result = work()
    say(f"  {name:24} {time.monotonic() - began:5.1f} s")
    return result


def take_demo_lock(path: Path) -> int:
    """One demo a checkout; the kernel frees the lock however its holder ends.

    Raises:
        UnusableDirectory: one is running.
    """
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise UnusableDirectory("A demo already runs in this checkout: use it, or stop it first.") from None
    return lock


def check_port(port: int) -> None:
    """Say early that somebody else serves there.

    Raises:
        UnusableDirectory: the port is taken.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise UnusableDirectory(
                f"Port {port} cannot be used on {HOST} ({error}): choose another with `make demo PORT=8001`."
            ) from error


def wait_for_answer(stack: Stack, url: str) -> None:
    """Return when the web server answers or a stop is asked for.

    Raises:
        ProgramFailed: it does not start.
        TimeoutError: it starts and does not answer.
    """
    deadline = time.monotonic() + ANSWER_SECONDS
    while not is_stop_requested():
        stack.restart_dead()
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if time.monotonic() > deadline:
                raise TimeoutError(f"The web server does not answer: see {STATE / 'log' / 'web.log'}") from None
        time.sleep(0.1)


if __name__ == "__main__":
    main()
