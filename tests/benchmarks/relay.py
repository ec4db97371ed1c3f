"""The relay: emails a second to a mail server of this machine, against smtplib alone sending the same number to it."""

import contextlib
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

from tests.benchmarks.report import Row, alternate, share_row
from tests.benchmarks.servers import CHECKOUT, Database, Servers, make_database
from tests.benchmarks.sweep import sweep_all
from tests.checkout.many_due import fill

# Beside the dialogue each email costs a durable commit (its outcome, and the attempt of the next) and its texts.
AT_LEAST = 0.1
# About as long as a prompt in text and HTML.
BODY = "From: shop@example.test\r\nTo: ana@example.test\r\nSubject: Order\r\n\r\n" + ("x" * 78 + "\r\n") * 60
STATES = "SELECT state, count(*) FROM outbox_message WHERE topic = 'checkout.recovery.prompt' GROUP BY state"


def measure(servers: Servers, *, rounds: int, messages: int) -> list[Row]:
    with mail_sink() as port:
        return [_row(servers, relays=relays, port=port, rounds=rounds, messages=messages) for relays in (1, 2)]


def _row(servers: Servers, *, relays: int, port: int, rounds: int, messages: int) -> Row:
    def through_relay() -> float:
        database = make_database(servers, "bench_relay")
        with database.connect() as connection:
            fill(connection.execute, rows=messages)
        sweep_all(database)
        return messages / _relay(database, relays=relays, port=port, messages=messages)

    ours, limit = alternate(rounds, through_relay, lambda: messages / _send_bare(port, messages=messages))
    return share_row(
        f"relay of email, {relays} process{'es' if relays > 1 else ''}",
        ours=ours,
        limit=limit,
        unit="emails/s",
        limit_is="smtplib, one connection",
        at_least=AT_LEAST,
        details={},
    )


def _relay(database: Database, *, relays: int, port: int, messages: int) -> float:
    """Seconds from the first delivery to the last record."""
    environment = {
        **database.environment,
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(port),
        "SMTP_USE_TLS": "false",
        "SMTP_SENDER_EMAIL": "shop@example.test",
    }
    command = [sys.executable, "manage.py", "relay_outbox", "--once", "--channel", "email"]
    processes = [
        subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=subprocess.DEVNULL) for _ in range(relays)
    ]
    codes = [process.wait() for process in processes]
    if any(codes):
        raise SystemExit("A relay failed; its message stands above.")
    with database.connect() as connection:
        states = dict(connection.execute(STATES).fetchall())
        (seconds,) = connection.execute(
            "SELECT extract(epoch FROM max(at) - min(at)) FROM outbox_deliverylogentry"
        ).fetchone()
    if states != {"delivered": messages}:
        raise SystemExit(f"Not every email was delivered: {states}")
    return float(seconds)


def _send_bare(port: int, *, messages: int) -> float:
    started = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as connection:
        for _ in range(messages):
            connection.sendmail("shop@example.test", ["ana@example.test"], BODY)
    return time.perf_counter() - started


@contextlib.contextmanager
def mail_sink() -> Iterator[int]:
    """A sink in a process of its own, so that it does not share an interpreter with the relay."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "tests.benchmarks.mail_sink", str(port)]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield port
        finally:
            process.terminate()
