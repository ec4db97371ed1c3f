"""A migration does not hold up who uses the table: another connection is in its way, as a request would be."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from smplat.operations.management.commands import migrate
from tests.faults.processes import database_url, eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "50ms")


@pytest.fixture(autouse=True)
def _session_migrations(settings) -> Iterator[None]:
    """Two further migrations of sessions, on which no app of ours depends."""
    settings.MIGRATION_MODULES = {"sessions": "tests.smplat.operations.session_migrations"}
    yield
    call_command("migrate", "sessions", "0001", verbosity=0)


@contextmanager
def writer() -> Iterator[psycopg.Connection]:
    """Somebody whose transaction has written to the table and goes on."""
    with psycopg.connect(database_url()) as other:
        other.execute("LOCK TABLE django_session IN ROW EXCLUSIVE MODE")
        yield other


def applied() -> set[str]:
    return {name for app, name in MigrationRecorder(connection).applied_migrations() if app == "sessions"}


def lock_timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return str(cursor.fetchone()[0])


def test_a_migration_that_cannot_have_its_lock_gives_up_and_says_what_to_do() -> None:
    with writer(), pytest.raises(CommandError, match=r"sessions\.0002_column gave up .* Run migrate again"):
        call_command("migrate", "sessions", "0002", verbosity=0)
    assert (applied(), lock_timeout()) == ({"0001_initial"}, "0")


def test_the_next_try_goes_on_where_it_gave_up() -> None:
    with writer(), pytest.raises(CommandError):
        call_command("migrate", "sessions", "0003", verbosity=0)
    call_command("migrate", "sessions", "0003", verbosity=0)
    assert applied() == {"0001_initial", "0002_column", "0003_index"}


def test_a_concurrent_build_waits_as_long_as_it_takes() -> None:
    call_command("migrate", "sessions", "0002", verbosity=0)
    with writer() as other, ThreadPoolExecutor(1) as pool:
        built = pool.submit(migrate_in_thread)
        assert eventually(is_waiting_longer_than_a_lock_may_take)
        other.rollback()
        built.result()
    assert "0003_index" in applied()


def is_waiting_longer_than_a_lock_may_take() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            " AND query LIKE 'CREATE INDEX CONCURRENTLY%' AND clock_timestamp() - query_start > interval '200 ms'"
        )
        return bool(cursor.fetchone()[0])


def migrate_in_thread() -> None:
    try:
        call_command("migrate", "sessions", "0003", verbosity=0)
    finally:
        connection.close()


def test_an_index_that_was_left_half_built_is_built_again() -> None:
    call_command("migrate", "sessions", "0002", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX sessions_by_note ON django_session (expire_date)")
    call_command("migrate", "sessions", "0003", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'sessions_by_note'")
        assert cursor.fetchone()[0].endswith("(note)")
