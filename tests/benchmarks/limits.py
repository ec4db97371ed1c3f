"""What the database itself can do: pgbench with our INSERT, psql's \\copy in transactions of 1,000 rows."""

import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.benchmarks.servers import STATE, Database, binary

PARAMETER = re.compile(r"%\((\w+)\)s")


def as_pgbench_script(statement: str, values: Mapping[str, str]) -> str:
    """The application's own statement with SQL expressions in place of its parameters, on one line."""
    filled = PARAMETER.sub(lambda match: values[match[1]], statement)
    return " ".join(filled.split()) + ";\n"


def write_script(name: str, text: str) -> Path:
    """A file for `run_pgbench`."""
    path = STATE / f"{name}.sql"
    path.write_text(text)
    return path


def run_pgbench(database: Database, script: Path, *, clients: int, seconds: float) -> float:
    """Transactions a second."""
    command = [
        *(binary("pgbench"), "--no-vacuum", "--protocol=prepared", f"--client={clients}", f"--jobs={min(clients, 2)}"),
        *(f"--time={max(1, round(seconds))}", f"--file={script}"),
    ]
    out = subprocess.run(command, env=database.environment, check=True, capture_output=True, text=True).stdout
    return float(re.search(r"tps = ([\d.]+)", out)[1])


def run_copies(database: Database, files: Sequence[Path], *, columns: str, clients: int, rows: int) -> float:
    """Rows a second over `clients` sessions, each file a transaction of its own."""
    commands = [
        "".join(
            f"\\copy checkout_offer_events ({columns}) FROM '{file}' WITH (FORMAT csv)\n" for file in files[n::clients]
        )
        for n in range(clients)
    ]
    started = time.perf_counter()
    sessions = [
        subprocess.Popen(
            [binary("psql"), "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1"],
            env=database.environment,
            stdin=subprocess.PIPE,
            text=True,
        )
        for _ in commands
    ]
    for session, command in zip(sessions, commands, strict=True):
        session.stdin.write(command)
        session.stdin.close()
    codes = [session.wait() for session in sessions]
    if any(codes):
        raise SystemExit("\\copy failed; its message stands above.")
    return rows / (time.perf_counter() - started)
