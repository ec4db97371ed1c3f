"""Starts, watches and stops the processes of a demo."""

import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from smplat.demo.processes import Program, belongs
from smplat.embedded.layout import CHECKOUT, Layout
from smplat.embedded.process import Child, end_orphan

# A process that ends more often than this within the window is broken, not unlucky.
RESTARTS_MAX = 3
RESTART_WINDOW_SECONDS = 60.0
STOP_SECONDS = 10.0
TICK_SECONDS = 0.2


class ProgramFailed(Exception):
    """A process of the demo does not stay up; the message shows the end of its log."""


@dataclass
class Stack:
    """The running processes. `say` prints one line for the person who watches."""

    layout: Layout
    environment: Mapping[str, str]
    say: Callable[[str], None]
    programs: dict[str, Program] = field(default_factory=dict)
    children: dict[str, Child] = field(default_factory=dict)
    deaths: dict[str, list[float]] = field(default_factory=dict)

    def start(self, program: Program) -> None:
        """Start a process and note its number, so that the next demo can end what a kill leaves of this one."""
        self.programs[program.name] = program
        child = Child.start(
            program.name,
            program.command,
            log=self.layout.open_log(program.name),
            stop_signal=program.stop_signal,
            environment=self.environment,
            directory=CHECKOUT,
        )
        self.children[program.name] = child
        self._pid_file(program.name).write_text(f"{child.process.pid}\n")

    def finish(self, name: str) -> None:
        """Wait for a process that ends by itself.

        Raises:
            ProgramFailed: it failed.
        """
        child = self.children.pop(name)
        if child.process.wait():
            raise ProgramFailed(f"{name} failed. The end of {self._log(name)}:\n{self.layout.read_log_tail(name)}")
        self._pid_file(name).unlink(missing_ok=True)

    def end_leftovers(self) -> None:
        """End what a killed demo left running."""
        for pid_file in self.layout.root.glob("demo-*.pid"):
            end_orphan(pid_file, belongs=belongs, stop_signal=signal.SIGTERM)

    def watch(self, *, until: Callable[[], bool]) -> None:
        """Start again what ends, until told to stop.

        Raises:
            ProgramFailed: a process that the demo needs keeps ending.
        """
        while not until():
            self.restart_dead()
            time.sleep(TICK_SECONDS)

    def restart_dead(self) -> None:
        for name, child in list(self.children.items()):
            if not child.is_running():
                self._note_death(name, child.process.returncode)

    def stop(self) -> None:
        """Ask all to stop at once, then wait for each; what does not listen is killed."""
        for child in self.children.values():
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_SECONDS
        for name, child in self.children.items():
            if not child.stop(grace_seconds=max(0.1, deadline - time.monotonic())):
                self.say(f"{name} did not stop in time and was killed")
            self._pid_file(name).unlink(missing_ok=True)

    def _note_death(self, name: str, code: int) -> None:
        now = time.monotonic()
        recent = [at for at in self.deaths.get(name, []) if now - at < RESTART_WINDOW_SECONDS]
        self.deaths[name] = [*recent, now]
        if len(recent) < RESTARTS_MAX:
            self.say(f"{name} ended ({code}); starting it again. Its log: {self._log(name)}")
            self.start(self.programs[name])
        elif self.programs[name].essential:
            raise ProgramFailed(
                f"{name} keeps ending. The end of {self._log(name)}:\n{self.layout.read_log_tail(name)}"
            )
        else:
            self.say(f"{name} keeps ending and stays off. Its log: {self._log(name)}")
            self.children.pop(name)
            self._pid_file(name).unlink(missing_ok=True)

    def _pid_file(self, name: str) -> Path:
        return self.layout.root / f"demo-{name}.pid"

    def _log(self, name: str) -> str:
        return os.path.relpath(self.layout.log / f"{name}.log", CHECKOUT)
