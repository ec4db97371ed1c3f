"""Waking the relay: a hint, sent after commit. The sweep is the promise."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from types import SimpleNamespace
from typing import Final

import redis
from django.conf import settings
from django.db import connection
from kombu.exceptions import OperationalError

from smplat.celery import app
from smplat.db import after_commit
from smplat.outbox.choices import Channel

RELAY_TASK = "outbox.relay"
# After a failed hint nobody gives one for as long as the sweep, which wakes the relays all the same, takes to come round.
COOL_DOWN_SECONDS: Final = 10.0
# Two sweeps, each of which nudges again. While workers are busy with thousands of messages the nudges of all their
# transactions pile up; too old to be news, they are dropped, and other tasks behind them get their turn.
STALE_AFTER_SECONDS = 20
# Redis answers in well under a millisecond; nobody waits longer for a hint.
FLAG_TIMEOUT_SECONDS: Final = 0.1

_broker: Final = SimpleNamespace(asks_again_at=float("-inf"))
_is_quiet: ContextVar[bool] = ContextVar("smplat_outbox_is_quiet", default=False)


@contextmanager
def quietly() -> Iterator[None]:
    """Write messages without waking anybody, for an import of thousands: the sweep wakes the relays once."""
    token = _is_quiet.set(True)
    try:
        yield
    finally:
        _is_quiet.reset(token)


def nudge_after_commit(channel: str) -> None:
    """Wake the relay of that channel once the open transaction has committed; once per transaction is enough.

    Nor is it sent while another wake-up has not arrived: that relay will read what has been committed by now. While
    Redis is away a failed publish is logged and forgotten, and the next ones are not even tried for a moment, so that
    not every transaction waits for a timeout.
    """
    if _is_quiet.get():
        return
    call = _nudge_of(channel)
    if all(waiting[1] is not call for waiting in connection.run_on_commit):
        after_commit(call)


def nudge(channel: str) -> None:
    """Ask a worker to relay this channel now. Raises what the broker's client raises when Redis is away."""
    app.send_task(RELAY_TASK, args=[channel], retry=False, expires=STALE_AFTER_SECONDS)


def has_arrived(channel: str) -> None:
    """A relay is about to look what is due: whatever is committed from now on needs another wake-up."""
    with suppress(redis.RedisError):
        # Left behind, the flag ends with the task it stands for, and the sweep does not ask for it.
        _flags().delete(_flag_of(channel))


def _is_the_first(channel: str) -> bool:
    """Whether no other wake-up is on its way; a command in place of a task, which costs a tenth."""
    return bool(_flags().set(_flag_of(channel), 1, nx=True, ex=STALE_AFTER_SECONDS))


def _flag_of(channel: str) -> str:
    return f"outbox:nudged:{settings.CELERY_TASK_DEFAULT_QUEUE}:{channel}"


@cache
def _flags() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=FLAG_TIMEOUT_SECONDS, socket_connect_timeout=FLAG_TIMEOUT_SECONDS
    )


@cache
def _nudge_of(channel: str) -> Callable[[], None]:
    """The same function every time, so that a second nudge in one transaction is seen as a repeat."""

    def wake_relay() -> None:
        if time.monotonic() < _broker.asks_again_at:
            return
        try:
            name = Channel(channel).value
            if _is_the_first(name):
                nudge(name)
        except (OperationalError, redis.RedisError):
            _broker.asks_again_at = time.monotonic() + COOL_DOWN_SECONDS
            raise

    return wake_relay
