"""Asks every readiness check at most once a second, and answers within two seconds whatever hangs.

The checks run in threads of their own, away from the request: what has not answered when the time is up is reported
as such. An open page that is polled a thousand times a second costs the database one round.

Slow is not down. All nodes share the database, so one that is only slow must not take out each of them: when it does not
answer soon, a newcomer tries whether it still lets anybody in.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import psycopg
from django.conf import settings
from django.db import OperationalError, connection, transaction
from psycopg.conninfo import make_conninfo
from psycopg.errors import QueryCanceled

from smplat import clock
from smplat.operations import readiness
from smplat.operations.readiness import Check, Component, Status
from smplat.postgresql.connection import PATIENCE_SECONDS

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
        # Whether the database let a newcomer in while its own answer was awaited.
        self.lets_newcomer_in = False
        self._has_answered = threading.Event()
        self.threads = [
            threading.Thread(target=self._ask_database, name="readiness-database", daemon=True),
            threading.Thread(target=self._come_as_newcomer, name="readiness-newcomer", daemon=True),
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
            for name, answer in ask_database_checks(self.now):
                self.answers[name] = answer
                self._has_answered.set()
        finally:
            connection.close()

    def _come_as_newcomer(self) -> None:
        if not self._has_answered.wait(PATIENCE_SECONDS):
            self.lets_newcomer_in = lets_newcomer_in()

    def _ask_others(self) -> None:
        for name, check in self.checks.items():
            if not check.uses_database:
                self.answers[name] = readiness.ask(check.function, self.now)


def ask_database_checks(now: datetime) -> Iterator[tuple[str, Component]]:
    """What the checks that need the database answer, as they do, in the calling thread.

    The database itself comes first; while it is away nothing else is asked. A check that PostgreSQL cut off has no answer.
    """
    checks = {name: check for name, check in readiness.registered().items() if check.uses_database}
    database = _ask_within(checks.pop("database"), now)
    if database:
        yield "database", database
    reachable = database is None or database.status is not Status.ERROR
    checks |= readiness.grouped() if reachable else {}
    for name, check in checks.items():
        answer = _ask_within(check, now) if reachable else UNKNOWN
        if answer:
            yield name, answer


UNKNOWN = Component(status=Status.DEGRADED, detail="Unknown while the database does not answer.")
SLOW = Component(status=Status.DEGRADED, detail="Slow: it lets newcomers in and does not answer in time.")


def lets_newcomer_in() -> bool:
    """Whether the database opens a further connection, apart from the pool, which may be in use as a whole."""
    # The same database by definition, also where the tests use one of their own.
    conninfo = make_conninfo(settings.DATABASE_URL, dbname=connection.settings_dict["NAME"], connect_timeout=2)
    try:
        psycopg.connect(conninfo).close()
    except psycopg.OperationalError:
        return False
    return True


def _ask_within(check: Check, now: datetime) -> Component | None:
    """The answer; None when PostgreSQL cut the check off, which says nothing about what it looks at."""
    is_cut_off = False

    def ask(moment: datetime) -> Component:
        nonlocal is_cut_off
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'")
                return check.function(moment)
        except OperationalError as error:
            is_cut_off = isinstance(error.__cause__, QueryCanceled)
            raise

    answer = readiness.ask(ask, now)
    return None if is_cut_off else answer


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
        components = {name: self._remember(name, self._judge(name, current, answers), current.now) for name in names}
        return Report(status=readiness.summarize(components), components=components, checked_at=current.now)

    def _current_round(self) -> Round:
        with self._lock:
            last = self._round
            if last is None or last.age_seconds > (CACHE_SECONDS if last.is_done else ABANDON_SECONDS):
                self._round = last = Round(clock.now())
            return last

    def _judge(self, name: str, current: Round, answers: Mapping[str, Component]) -> Component:
        """The answer, if there is one in time."""
        answer = answers.get(name)
        if name == "database" and current.lets_newcomer_in and (answer is None or answer.status is Status.ERROR):
            return SLOW
        return answer or self._judge_late(name)

    def _judge_late(self, name: str) -> Component:
        """A late answer is an error of the database, and of another vital part until it was seen well."""
        before = self._seen.get(name)
        was_well = name != "database" and before is not None and before.status is not Status.ERROR
        status = Status.ERROR if name in readiness.VITAL and not was_well else Status.DEGRADED
        return Component(status=status, detail=f"No answer within {DEADLINE_SECONDS} seconds.")

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
