"""Child processes that cannot outlive us, and the ends of those a predecessor left."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
ORPHAN_GRACE_SECONDS = 20.0


def die_with_parent(stop_signal: signal.Signals) -> Callable[[], None]:
    """For Popen's preexec_fn: the kernel sends `stop_signal` when the parent ends, however it ends (Linux)."""
    # Looked up before the fork: between fork and exec nothing should import or allocate much.
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

    def set_death_signal() -> None:
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, int(stop_signal))

    return set_death_signal


@dataclass(frozen=True)
class Child:
    """A running child in a session of its own: the terminal's Ctrl-C reaches only its parent."""

    name: str
    process: subprocess.Popen[bytes]
    stop_signal: signal.Signals

    @classmethod
    def start(
        cls,
        name: str,
        command: Sequence[str | Path],
        *,
        log: int,
        stop_signal: signal.Signals,
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
    ) -> "Child":
        """Start `command`; takes over the descriptor `log`."""
        try:
            process = subprocess.Popen(  # noqa: S603 - our own command
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=directory,
                env=environment,
                start_new_session=True,
                preexec_fn=die_with_parent(stop_signal),  # noqa: PLW1509 - callers are single-threaded
            )
        finally:
            os.close(log)
        return cls(name=name, process=process, stop_signal=stop_signal)

    def is_running(self) -> bool:
        return self.process.poll() is None

    def ask_to_stop(self) -> None:
        """Send the polite signal, if there is somebody to receive it."""
        if self.is_running():
            self.process.send_signal(self.stop_signal)

    def stop(self, *, grace_seconds: float) -> bool:
        """End the child and all it started; false when it had to be killed."""
        self.ask_to_stop()
        try:
            self.process.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            self._kill_session()
            self.process.wait()
            return False
        self._kill_session()
        return True

    def _kill_session(self) -> None:
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        except PermissionError:
            # macOS says so of a group in which only the dead are left.
            return


def read_command_line(pid: int) -> str:
    """The arguments of a process joined by spaces; empty when it does not run."""
    proc = Path("/proc")
    if (proc / "self" / "cmdline").exists():
        try:
            return (
                (proc / str(pid) / "cmdline").read_bytes().rstrip(b"\0").replace(b"\0", b" ").decode(errors="replace")
            )
        except OSError:
            return ""
    listing = subprocess.run(  # noqa: S603
        ["ps", "-ww", "-o", "args=", "-p", str(pid)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    return listing.stdout.strip()


def end_orphan(pid_file: Path, *, belongs: Callable[[str], bool], stop_signal: signal.Signals) -> None:
    """Make sure that the server which wrote `pid_file` is gone, and the file with it.

    A predecessor that was killed may have left its server ending, or (where no parent-death signal exists) running.
    The number alone proves nothing: it may have been given to another program since, so `belongs` looks at the
    command line.

    Raises:
        TimeoutError: the server ignores its stop signal.
    """
    pid = _read_pid(pid_file)
    deadline = time.monotonic() + ORPHAN_GRACE_SECONDS
    asked = False
    while pid and belongs(read_command_line(pid)):
        if not asked:
            os.kill(pid, stop_signal)
            asked = True
        if time.monotonic() > deadline:
            raise TimeoutError(f"process {pid}, left by an earlier run, does not stop: end it and start again")
        time.sleep(0.05)
    pid_file.unlink(missing_ok=True)


def wait_until_left(directory: Path) -> None:
    """Wait until no process works in `directory`, where the kernel tells (Linux).

    Raises:
        TimeoutError: one stays.
    """
    deadline = time.monotonic() + ORPHAN_GRACE_SECONDS
    while staying := find_processes_in(directory):
        if time.monotonic() > deadline:
            raise TimeoutError(f"processes {staying}, left by an earlier run, do not end: end them and start again")
        time.sleep(0.05)


def find_processes_in(directory: Path) -> list[int]:
    """Numbers of the processes whose working directory is `directory`; the dead and other users' do not count."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if link.samefile(directory):
                found.append(int(link.parent.name))
        except OSError:
            continue
    return found


def _read_pid(pid_file: Path) -> int:
    """The process id in the first line; 0 when there is no usable one."""
    try:
        first = pid_file.read_text().split("\n", 1)[0].strip()
    except OSError:
        return 0
    return int(first) if first.isdigit() else 0
