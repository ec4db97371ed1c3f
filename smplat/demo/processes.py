"""The processes of a demo: what each is called and how it is started."""

import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from smplat.embedded.attach import STATE
from smplat.embedded.layout import CHECKOUT

MANAGE = (sys.executable, "manage.py")
CELERY = (sys.executable, "-m", "celery", "-A", "smplat")
SAMPLE_EVENTS = "sample-events"
WEB_WORKERS = 2
# Each web process waits for the database most of the time; more threads only queue for its connections.
WEB_THREADS = 8
TASK_WORKERS = 2
# What a demo has unless its environment says otherwise: the sample store's currencies, and emails that stay here as files.
DEMO_SETTINGS = {
    "CURRENCIES": "EUR,USD,BRL",
    "EMAIL_FILE_PATH": str(STATE / "mail"),
    "SMTP_SENDER_EMAIL": "Sample store <hello@shop.example>",
}


@dataclass(frozen=True)
class Program:
    """One process of the demo. Its log is .smplat/log/<name>.log."""

    name: str
    command: tuple[str, ...]
    stop_signal: signal.Signals = signal.SIGTERM
    # Whether the demo is of no use without it, so that its steady failing ends the demo.
    essential: bool = True


def environment(state: Path) -> dict[str, str]:
    """What every process inherits. Web processes share their metrics through files."""
    metrics = state / "metrics"
    metrics.mkdir(exist_ok=True)
    return os.environ | {"PYTHONUNBUFFERED": "1", "PROMETHEUS_MULTIPROC_DIR": str(metrics)}


def web(*, port: int) -> Program:
    """Granian. Without the two switches at its end one dead worker takes the site down, and SIGTERM during import hangs."""
    server = str(Path(sys.executable).parent / "granian")
    return Program(
        "web",
        (
            server,
            *("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
            *("--workers", str(WEB_WORKERS), "--blocking-threads", str(WEB_THREADS)),
            *("--respawn-failed-workers", "--workers-kill-timeout", "5"),
            "smplat.wsgi:application",
        ),
    )


def sample_events(*, days: int) -> Program:
    """Ends by itself."""
    return Program(SAMPLE_EVENTS, (*MANAGE, "load_sample_store", "--only", "events", "--days", str(days)))


def worker() -> Program:
    return Program(
        "worker", (*CELERY, "worker", "--loglevel", "INFO", "--without-mingle", "--concurrency", str(TASK_WORKERS))
    )


def beat() -> Program:
    return Program("beat", (*CELERY, "beat", "--loglevel", "INFO", "--pidfile="))


def simulator(*, url: str, key: str) -> Program:
    return Program("storefront", (*MANAGE, "simulate_storefront", "--base-url", url, "--key", key), essential=False)


def belongs(arguments: str) -> bool:
    """Whether a command line is that of a process of this checkout's demo."""
    return any(mark in arguments for mark in (str(CHECKOUT), sys.executable))
