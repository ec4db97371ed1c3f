"""`make test`: style, types, migrations, then every test. Runs all of it, shows what failed, ends with one exit code."""

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
MANAGE = [sys.executable, "manage.py"]
# More workers than this only wait for the one PostgreSQL they share.
WORKERS_MAX = 8


@dataclass(frozen=True)
class Check:
    """One command; its output is shown when it fails."""

    name: str
    command: list
    group: str

    def passes(self) -> bool:
        started = time.monotonic()
        done = subprocess.run(self.command, cwd=ROOT, capture_output=True, text=True, check=False)
        verdict = "FAILED" if done.returncode else "ok"
        print(f"{verdict:6} {self.name} ({time.monotonic() - started:.1f} s)", flush=True)
        if done.returncode:
            print(done.stdout + done.stderr, flush=True)
        return done.returncode == 0


CHECKS = [
    Check("ruff check", [BIN / "ruff", "check", "--output-format", "concise", "."], "lint"),
    Check("ruff format", [BIN / "ruff", "format", "--check", "."], "lint"),
    Check("templates", [BIN / "djlint", "templates", "--lint", "--quiet"], "lint"),
    Check("direction of imports", [BIN / "lint-imports"], "lint"),
    Check("types", [BIN / "mypy"], "types"),
    Check("missing migrations", [*MANAGE, "makemigrations", "--check", "--dry-run"], "migrations"),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=sorted({check.group for check in CHECKS}))
    arguments, pytest_arguments = parser.parse_known_args()
    sys.path.insert(0, str(ROOT))
    # One set of servers for every step: types and migrations read Django's settings too.
    from tests import servers

    servers.begin()
    try:
        chosen = [check for check in CHECKS if arguments.only in {None, check.group}]
        failed = [check.name for check in chosen if not check.passes()]
        if not arguments.only and not run_tests(pytest_arguments):
            failed.append("tests")
    finally:
        servers.end()
    if failed:
        sys.exit(f"FAILED: {', '.join(failed)}")


def run_tests(arguments: list[str]) -> bool:
    """All tests on all cores, their output as it comes."""
    command = [sys.executable, "-m", "pytest", "-n", "auto", "--maxprocesses", str(WORKERS_MAX), *arguments]
    return subprocess.run(command, cwd=ROOT, env=os.environ, check=False).returncode == 0


if __name__ == "__main__":
    main()
