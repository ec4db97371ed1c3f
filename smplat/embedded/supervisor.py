"""The process that owns the embedded servers: `python -m smplat.embedded.supervisor ROOT --lock FD`.

Started by `smplat.embedded.attach`, which hands over the lock that says "somebody runs these servers". It lives while any
process holds `users` shared, and ends, servers first, when nobody has for a while. Locks belong to the kernel, so neither
a killed user nor a killed supervisor leaves anything to tidy by hand. Django's settings are never read here.
"""

import argparse
import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType

from smplat.embedded import postgres, throw_away, valkey
from smplat.embedded.addresses import Addresses
from smplat.embedded.layout import Layout, UnusableDirectory
from smplat.embedded.process import Child

# Long enough that one command after another does not restart the servers, short enough that a script can wait for the end.
IDLE_SECONDS = 2.0
THROW_AWAY_IDLE_SECONDS = 0.3
TICK_SECONDS = 0.2
START_SECONDS = 60.0
POSTGRES_GRACE_SECONDS = 20.0
VALKEY_GRACE_SECONDS = 10.0
# A server that dies more often than this within the window is broken, not unlucky.
RESTARTS_MAX = 5
RESTART_WINDOW_SECONDS = 60.0


class ServerFailed(Exception):
    """A server does not start or does not stay up; the message names its log."""


@dataclass
class Supervisor:
    """Starts, watches and stops one set of servers."""

    layout: Layout
    home: postgres.Home
    children: dict[str, Child] = field(default_factory=dict)
    restarts: list[float] = field(default_factory=list)
    stopping: bool = False

    @property
    def addresses(self) -> Addresses:
        return Addresses(database_url=postgres.url(self.home), redis_url=valkey.url(self.layout))

    def request_stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def start_postgres(self) -> None:
        postgres.clear_leftovers(self.home)
        self.children["postgres"] = Child.start(
            "postgres",
            postgres.command(self.home, durable=self.layout.durable),
            log=self.layout.open_log("postgres"),
            # A fast shutdown: sessions are ended, a checkpoint is written.
            stop_signal=signal.SIGINT,
            environment=postgres.server_environment(),
        )
        self.wait_for("postgres", lambda: postgres.is_ready(self.home))
        postgres.make_database(self.home)

    def start_valkey(self) -> None:
        valkey.clear_leftovers(self.layout)
        self.children["valkey"] = Child.start(
            "valkey",
            valkey.command(self.layout),
            log=self.layout.open_log("valkey"),
            stop_signal=signal.SIGTERM,
        )
        self.wait_for("valkey", lambda: valkey.is_answering(self.layout))

    def wait_for(self, name: str, answers: Callable[[], bool]) -> None:
        """Return when the server answers.

        Raises:
            ServerFailed: it ended, or took too long.
        """
        deadline = time.monotonic() + START_SECONDS
        while not answers():
            if not self.children[name].is_running() or time.monotonic() > deadline:
                raise ServerFailed(f"{name} did not start:\n{self.layout.read_log_tail(name)}")
            time.sleep(0.03)

    def run(self) -> None:
        """Serve until asked to stop or unused."""
        try:
            postgres.make_cluster(self.home, durable=self.layout.durable)
            self.start_valkey()
            self.start_postgres()
            self.announce()
            self.watch()
        finally:
            self.layout.addresses.unlink(missing_ok=True)
            self.stop()

    def announce(self) -> None:
        """Publish the addresses; the rename makes them complete or absent."""
        partial = self.layout.addresses.with_suffix(".partial")
        partial.write_text(json.dumps(asdict(self.addresses)))
        partial.replace(self.layout.addresses)

    def watch(self) -> None:
        """Restart what dies; return when nobody uses the servers any more, with `users` held against newcomers."""
        users = os.open(self.layout.users, os.O_RDWR)
        idle_seconds = IDLE_SECONDS if self.layout.durable else THROW_AWAY_IDLE_SECONDS
        unused_since: float | None = None
        while not self.stopping:
            self.restart_dead()
            if not is_unused(users):
                unused_since = None
            elif unused_since is None:
                unused_since = time.monotonic()
            elif time.monotonic() - unused_since > idle_seconds and close_to_newcomers(users):
                return
            time.sleep(TICK_SECONDS)

    def restart_dead(self) -> None:
        dead = [name for name, child in self.children.items() if not child.is_running()]
        for name in dead:
            now = time.monotonic()
            self.restarts = [at for at in self.restarts if now - at < RESTART_WINDOW_SECONDS] + [now]
            say(f"{name} ended ({self.children[name].process.returncode}), starting it again")
            if len(self.restarts) > RESTARTS_MAX:
                raise ServerFailed(f"{name} keeps ending:\n{self.layout.read_log_tail(name)}")
            self.start_postgres() if name == "postgres" else self.start_valkey()

    def stop(self) -> None:
        """PostgreSQL last: what still talks to Redis may still want to write."""
        for name, grace in (("valkey", VALKEY_GRACE_SECONDS), ("postgres", POSTGRES_GRACE_SECONDS)):
            child = self.children.get(name)
            if child and not child.stop(grace_seconds=grace):
                say(f"{name} did not stop in {grace:.0f} s and was killed")


def is_unused(users: int) -> bool:
    """Whether no process holds `users` at this moment."""
    if not close_to_newcomers(users):
        return False
    fcntl.flock(users, fcntl.LOCK_UN)
    return True


def close_to_newcomers(users: int) -> bool:
    """Take `users` exclusively; a process that attaches now waits until we are gone and starts a successor."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def say(message: str) -> None:
    sys.stderr.write(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {message}\n")
    sys.stderr.flush()


def main() -> None:
    parser = argparse.ArgumentParser(prog="smplat.embedded.supervisor")
    parser.add_argument("root", type=Path)
    parser.add_argument("--lock", type=int, required=True, help="descriptor of the held lock")
    parser.add_argument("--throw-away", action="store_true")
    arguments = parser.parse_args()
    # The starter waits for its direct child only, so that it is never left a zombie or a parent.
    if os.fork():
        os._exit(0)
    layout = Layout(arguments.root, durable=not arguments.throw_away)
    try:
        supervisor = Supervisor(layout=layout, home=postgres.choose_home(layout))
        signal.signal(signal.SIGTERM, supervisor.request_stop)
        signal.signal(signal.SIGINT, supervisor.request_stop)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        say("starting")
        supervisor.run()
        say("stopped")
    except (UnusableDirectory, ServerFailed, TimeoutError) as failure:
        say(f"failed: {failure}")
        sys.exit(1)
    finally:
        if not layout.durable:
            throw_away.remove(layout)


if __name__ == "__main__":
    main()
