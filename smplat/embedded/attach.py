"""Use this checkout's embedded servers: `attach()` starts them when they do not run and keeps them up for our life."""

import fcntl
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import redis

from smplat.embedded.addresses import Addresses
from smplat.embedded.layout import CHECKOUT, Layout, UnusableDirectory

STATE = CHECKOUT / ".smplat"
# First start: initdb on a slow disk, recovery after a kill; and before it a predecessor's shutdown.
ATTACH_SECONDS = 120.0
# A second start covers a supervisor that was killed while it started; a third would repeat its failure.
STARTS_MAX = 2
POLL_SECONDS = 0.05

# The descriptor that holds `users` for each root; the kernel releases it when the last process that shares it ends.
_held: dict[Path, int] = {}


class EmbeddedServersFailed(SystemExit):
    """The embedded servers do not start; the message shows the end of their log."""


def attach(root: Path = STATE, *, durable: bool = True) -> Addresses:
    """Addresses of the servers under `root`, started when they do not run yet.

    Raises:
        EmbeddedServersFailed: they cannot be started; says why.
    """
    layout = Layout(root, durable=durable)
    deadline = time.monotonic() + ATTACH_SECONDS
    try:
        layout.prepare()
    except UnusableDirectory as error:
        raise EmbeddedServersFailed(str(error)) from error
    _hold_users(layout, deadline)
    starts = 0
    while time.monotonic() < deadline:
        addresses = _read_addresses(layout)
        if addresses and _are_answering(addresses):
            return addresses
        lock = _take_lock(layout)
        if lock is not None:
            if starts == STARTS_MAX:
                os.close(lock)
                break
            starts += 1
            _start_supervisor(layout, lock)
        time.sleep(POLL_SECONDS)
    detach(root)
    raise EmbeddedServersFailed(f"The embedded servers did not start:\n{layout.read_log_tail('services')}")


def detach(root: Path = STATE) -> None:
    """Stop using the servers; they end when nobody else does."""
    descriptor = _held.pop(root, None)
    if descriptor is not None:
        os.close(descriptor)


def wait_until_stopped(root: Path = STATE, *, seconds: float) -> bool:
    """Whether the supervisor ended within `seconds`; false when others still use the servers."""
    layout = Layout(root)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        lock = _take_lock(layout) if layout.lock.exists() else None
        if lock is not None:
            os.close(lock)
            return True
        if not layout.lock.exists():
            return True
        time.sleep(POLL_SECONDS)
    return False


def _hold_users(layout: Layout, deadline: float) -> None:
    """Hold `users` shared for our life. A supervisor on its way out holds it exclusively; wait for its end."""
    if layout.root in _held:
        return
    descriptor = os.open(layout.users, os.O_RDWR)
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(descriptor)
                raise EmbeddedServersFailed(
                    f"The embedded servers under {layout.root} are stopping and do not come to an end."
                ) from None
            time.sleep(POLL_SECONDS)
        else:
            _held[layout.root] = descriptor
            return


def _read_addresses(layout: Layout) -> Addresses | None:
    """What the supervisor published; None while there is nothing. It may be stale: ask the servers."""
    try:
        return Addresses(**json.loads(layout.addresses.read_text()))
    except FileNotFoundError:
        return None


def _are_answering(addresses: Addresses) -> bool:
    """Whether a session can be opened with both."""
    try:
        psycopg.connect(addresses.database_url, connect_timeout=2).close()
        with redis.Redis.from_url(addresses.redis_url, socket_timeout=2) as client:
            return bool(client.ping())
    except (psycopg.OperationalError, redis.RedisError):
        return False


def _take_lock(layout: Layout) -> int | None:
    """The supervisor's lock, or None when a supervisor holds it."""
    lock = os.open(layout.lock, os.O_RDWR)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _start_supervisor(layout: Layout, lock: int) -> None:
    """Start the supervisor as a daemon and hand it the lock: there is no moment at which nobody or two hold it."""
    log = layout.open_log("services")
    # Root in somebody else's checkout leaves files that belong to that person, who can go on using them.
    owner = CHECKOUT.stat()
    becomes_owner = os.geteuid() == 0 and owner.st_uid != 0
    if becomes_owner:
        os.fchown(log, owner.st_uid, owner.st_gid)
    command = [sys.executable, "-m", "smplat.embedded.supervisor", str(layout.root), "--lock", str(lock)]
    try:
        subprocess.run(  # noqa: S603 - our own module
            command if layout.durable else [*command, "--throw-away"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=CHECKOUT,
            pass_fds=[lock],
            start_new_session=True,
            check=False,
            user=owner.st_uid if becomes_owner else None,
            group=owner.st_gid if becomes_owner else None,
            extra_groups=[] if becomes_owner else None,
        )
    except OSError as error:
        raise EmbeddedServersFailed(
            f"The embedded servers cannot be started as the owner of this checkout: {error}"
        ) from error
    finally:
        os.close(log)
        os.close(lock)
