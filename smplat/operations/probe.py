"""Asks every readiness check at most once a second, and answers within two seconds whatever hangs.

The checks run in threads of their own, away from the request: what has not answered when the time is up is reported
as such. An open page that is polled a thousand times a second costs the database one round.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection, transaction

from smplat import clock
from smplat.operations import readiness
from smplat.operations.readiness import Check, Component, Status

CACHE_SECONDS = 1.0
# The promise is two seconds; the rest is for the way there and back.
DEADLINE_SECONDS = 1.5
# A round that hangs longer is given up for dead, and the next question starts a new one.
ABANDON_SECONDS = 10.0
STATEMENT_TIMEOUT = "1s"


@dataclass(frozen=True, kw_only=True)
class Report:
    """The verdict about the whole and every part at one moment."""

    status: Status
    components: Mapping[str, Component]
    checked_at: datetime

    @property
    def serves(self) -> bool:
        """Whether requests can be answered at all."""
        return self.status is not Status.ERROR


class Round:
    """One asking of all checks."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.started = time.monotonic()
        self.checks = readiness.registered()
        self.answers: dict[str, Component] = {}
        self.threads = [
            threading.Thread(target=self._ask_database, name="readiness-database", daemon=True),
            threading.Thread(target=self._ask_others, name="readiness", daemon=True),
        ]
        for thread in self.threads:
            thread.start()

    @property
    def age_seconds(self) -> float:
        """How long ago it began."""
        return time.monotonic() - self.started

    @property
    def is_done(self) -> bool:
        """Whether every check has answered."""
        return not any(thread.is_alive() for thread in self.threads)

    def wait(self) -> None:
        """Until it is done or its time is up."""
        for thread in self.threads:
            thread.join(max(0.0, DEADLINE_SECONDS - self.age_seconds))

    def _ask_database(self) -> None:
        try:
            answers = ask_database_checks(self.now)
        finally:
            connection.close()
        self.answers |= answers

    def _ask_others(self) -> None:
        for name, check in self.checks.items():
            if not check.uses_database:
                self.answers[name] = readiness.ask(check.function, self.now)


def ask_database_checks(now: datetime) -> dict[str, Component]:
    """The answers of all checks that need the database, in the calling thread; none is asked when it is away."""
    checks = {name: check for name, check in readiness.registered().items() if check.uses_database}
    answers = {"database": _ask_within(checks.pop("database"), now)}
    reachable = answers["database"].status is not Status.ERROR
    checks |= readiness.grouped() if reachable else {}
    for name, check in checks.items():
        answers[name] = _ask_within(check, now) if reachable else UNKNOWN
    return answers


UNKNOWN = Component(status=Status.DEGRADED, detail="Unknown while the database does not answer.")


def _late(name: str) -> Component:
    status = Status.ERROR if name in readiness.VITAL else Status.DEGRADED
    return Component(status=status, detail=f"No answer within {DEADLINE_SECONDS} seconds.")


def _ask_within(check: Check, now: datetime) -> Component:
    def ask(moment: datetime) -> Component:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'")
            return check.function(moment)

    return readiness.ask(ask, now)


class Probe:
    """The process's view of itself."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._round: Round | None = None
        self._seen: dict[str, Component] = {}

    def report(self) -> Report:
        """The verdict, at most a second old."""
        current = self._current_round()
        current.wait()
        answers = dict(current.answers)
        names = sorted({*current.checks, *answers})
        components = {name: self._remember(name, answers.get(name) or _late(name), current.now) for name in names}
        return Report(status=readiness.summarize(components), components=components, checked_at=current.now)

    def _current_round(self) -> Round:
        with self._lock:
            last = self._round
            if last is None or last.age_seconds > (CACHE_SECONDS if last.is_done else ABANDON_SECONDS):
                self._round = last = Round(clock.now())
            return last

    def _remember(self, name: str, component: Component, now: datetime) -> Component:
        """Fill in what this process saw before, for checks that keep no record of their own."""
        before = self._seen.get(name, component)
        ready, failed = component.status is Status.READY, component.status is Status.ERROR
        self._seen[name] = replace(
            component,
            last_success_at=component.last_success_at or (now if ready else before.last_success_at),
            last_error_at=component.last_error_at or (now if failed else before.last_error_at),
            last_error=component.last_error or before.last_error,
        )
        return self._seen[name]


probe = Probe()
