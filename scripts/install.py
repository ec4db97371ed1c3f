"""Brings .venv to what a lock file says; does nothing when it is there already. Needs only the standard library."""

import fcntl
import hashlib
import os
import re
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
# Names the lock file installed last with its hash. One line for all: installing one lock may change what another wants.
STAMP = ENVIRONMENT / "installed.txt"
# Everything the demo needs is in the development lock too, in the same versions.
SUPERSETS = {"requirements-demo.txt": ["requirements-dev.txt"]}
TAIL_LINES = 15


def main() -> None:
    lock = ROOT / sys.argv[1]
    try:
        with hold_install_lock():
            if not is_current(lock):
                install(lock)
    except PermissionError as error:
        sys.exit(f"{error.filename} is not writable: it belongs to another user; run as that user, or remove it.")
    except KeyboardInterrupt:
        sys.exit(130)


def hold_install_lock():
    """Two commands started at once install one after the other."""
    state = ROOT / ".smplat"
    state.mkdir(mode=0o755, exist_ok=True)
    lock = (state / "install.lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def is_current(lock: Path) -> bool:
    """Whether .venv works and holds this lock's packages."""
    if not STAMP.exists() or not works("-c", ""):
        return False
    satisfied_by = [lock, *(ROOT / name for name in SUPERSETS.get(lock.name, []))]
    return STAMP.read_text() in {describe(candidate) for candidate in satisfied_by}


def works(*arguments: str) -> bool:
    """Whether the environment's Python is there and runs this; a removed or upgraded system Python breaks it."""
    return PYTHON.exists() and subprocess.run([PYTHON, *arguments], check=False, capture_output=True).returncode == 0


def describe(lock: Path) -> str:
    return f"{lock.name} {hashlib.sha256(lock.read_bytes()).hexdigest()}\n"


def install(lock: Path) -> None:
    """Make the environment if there is none that works, then let pip install exactly what the lock names."""
    if not works("-m", "pip", "--version"):
        print("Creating .venv", flush=True)
        venv.create(ENVIRONMENT, clear=True, with_pip=True)
    STAMP.unlink(missing_ok=True)
    total = len(re.findall(r"^[A-Za-z0-9]\S*==", lock.read_text(), re.MULTILINE))
    print(f"Installing {lock.name} ({total} packages)", flush=True)
    command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    command += ["--require-hashes", "--requirement", lock]
    run_with_progress(command, total=total)
    STAMP.write_text(describe(lock))


def run_with_progress(command: list, *, total: int) -> None:
    """Run pip; show a counter instead of its many lines, and their end when it fails."""
    lines: list[str] = []
    done = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        for line in pip.stdout:
            lines.append(line)
            if line.startswith(("Collecting ", "Requirement already satisfied: ")):
                done += 1
                show(f"  {done}/{total} {line.split()[1].split('==')[0]}", every=20, count=done)
            elif line.startswith("Installing collected"):
                show("  unpacking", every=1, count=1)
    if sys.stdout.isatty():
        print("\r\033[K", end="")
    if pip.returncode:
        print("".join(lines[-TAIL_LINES:]))
        sys.exit("The packages could not be installed: see the lines above; a package index must be reachable.")


def show(text: str, *, every: int, count: int) -> None:
    """A line that replaces itself on a terminal; elsewhere one line in `every`."""
    if sys.stdout.isatty():
        columns = os.get_terminal_size().columns
        print(f"\r\033[K{text[: columns - 1]}", end="", flush=True)
    elif count % every == 0:
        print(text, flush=True)


if __name__ == "__main__":
    main()
