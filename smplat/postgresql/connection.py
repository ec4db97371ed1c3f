"""Connections that do not wait for a server that is frozen: stopped, or behind a network that drops what it is sent.

Such a server ends nothing, so a client hears neither an answer nor an end. A slow statement looks the same from here;
what tells them apart is a newcomer: whoever has waited for a moment opens a further connection, to the same address, and
hears something from a server that lives, however busy it is, and nothing from one that is frozen. One thread of a process
asks at a time, and what it learns serves all that wait.
"""

import select
import threading
from collections.abc import Mapping
from functools import cache, cached_property
from time import monotonic
from typing import Any, ClassVar, Final, cast

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.conninfo import make_conninfo
from psycopg.errors import _WaitTimeout
from psycopg.pq import PGconn, PollingStatus
from psycopg.waiting import Ready

# Nearly every statement is done by then, and nobody asks.
PATIENCE_SECONDS: Final = 0.5
# What libpq waits for, in poll's words.
_AWAITED: Final[Mapping[int, int]] = {PollingStatus.READING: select.POLLIN, PollingStatus.WRITING: select.POLLOUT}


class ServerFrozen(psycopg.OperationalError):
    """The database server does not answer."""


class _Thread(threading.local):
    # When this thread last learnt that the database is away.
    told_at = float("-inf")


this_thread: Final = _Thread()


class Connection(psycopg.Connection[Any]):
    """Gives up, closed, when the server neither answers nor says anything to a newcomer.

    Whether a COMMIT that was on its way took effect is then unknown, as after any connection that breaks in a COMMIT.
    """

    # Work in the background can wait for a machine that pauses for a snapshot; it would only be done again.
    hears_within_seconds: ClassVar[float] = 10.0

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """As psycopg's, which all that talks to the server passes through.

        Raises:
            ServerFrozen: see the class.
        """
        going_on = _resumable(gen)
        while True:
            try:
                return super().wait(going_on, interval, PATIENCE_SECONDS if timeout is None else timeout)
            except _WaitTimeout:
                if timeout is not None:
                    raise
            # The generator stays where it is, to be waited for further.
            if not self._server.answers(within_seconds=self.hears_within_seconds):
                this_thread.told_at = monotonic()
                self.close()
                raise ServerFrozen("the server does not answer")

    @cached_property
    def _server(self) -> "_Server":
        known = {option.keyword.decode(): option.val.decode() for option in self.pgconn.info if option.val}
        # Exactly the address this connection has: of several hosts not another one, and no name is looked up.
        known |= {"host": self.info.host, "hostaddr": self.info.hostaddr, "port": str(self.info.port)}
        return _server_at(make_conninfo("", **known))


def _resumable(gen: PQGen[RV]) -> PQGen[RV]:
    """The same generator for a second wait, which begins as every wait does: by asking without saying what is ready.

    One that was sending a large statement then has to hear that nothing is; None would break it off half sent.
    """
    try:
        awaited = next(gen)
        while True:
            ready = yield awaited
            awaited = gen.send(Ready.NONE if ready is None else ready)
    except StopIteration as done:
        return cast(RV, done.value)


class WebConnection(Connection):
    """With the patience of a web request; together they are its WEB_DATABASE_WAIT_SECONDS."""

    hears_within_seconds = 1.0


@cache
def _server_at(conninfo: str) -> "_Server":
    return _Server(conninfo)


class _Server:
    """A server, as far as the connections of this process share what they know of it."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo.encode()
        self._lock = threading.Lock()
        self._heard = True
        self._asked_at = float("-inf")

    def answers(self, *, within_seconds: float) -> bool:
        """Whether it says something to a newcomer; what one heard while the caller was waiting holds for the caller too."""
        with self._lock:
            if monotonic() - self._asked_at > PATIENCE_SECONDS:
                self._heard = _says_something(self._conninfo, within_seconds)
                self._asked_at = monotonic()
            return self._heard


def _says_something(conninfo: bytes, within_seconds: float) -> bool:
    """Whether the server says anything to a newcomer, if only that it has no room."""
    deadline = monotonic() + within_seconds
    heard = False
    newcomer = PGconn.connect_start(conninfo)
    try:
        while event := _AWAITED.get(awaited := newcomer.connect_poll()):
            poll = select.poll()
            poll.register(newcomer.socket, event)
            if not poll.poll(max(0.0, deadline - monotonic()) * 1000):
                return heard
            heard = heard or awaited == PollingStatus.READING
        return heard
    finally:
        newcomer.finish()
