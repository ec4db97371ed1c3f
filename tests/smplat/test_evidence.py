"""Evidence stays as it was written: triggers refuse changes, and the restricted role cannot go around the triggers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, ProgrammingError, connection, transaction

from smplat.operations.models import RunbookRun, SwitchState
from smplat.operations.restricted_role import grant_statements, list_append_only_tables

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
TABLE = "operations_runbookrun"

pytestmark = pytest.mark.django_db


def write() -> RunbookRun:
    run = RunbookRun.objects.create(runbook="engine", started_at=NOW, started_by="user:alice", environment="test")
    run.refresh_from_db()
    return run


def current_transaction() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        return int(cursor.fetchone()[0])


@pytest.fixture
def _restricted() -> Iterator[None]:
    """Become the role of a production process, until the test's transaction is rolled back."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE smplat_restricted_test NOLOGIN")
        for statement in grant_statements("smplat_restricted_test"):
            cursor.execute(statement)
        cursor.execute("SET LOCAL ROLE smplat_restricted_test")
        yield
        cursor.execute("RESET ROLE")


@pytest.mark.parametrize("change", [f"UPDATE {TABLE} SET reason = 'other'", f"DELETE FROM {TABLE}"])
def test_the_owner_cannot_change_a_row(change: str) -> None:
    write()
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert RunbookRun.objects.get().reason == ""


def test_the_database_says_which_transaction_wrote_a_row() -> None:
    with transaction.atomic():
        assert write().committed_in == current_transaction()


def test_a_savepoint_counts_as_its_transaction() -> None:
    outer = current_transaction()
    with transaction.atomic(), transaction.atomic():
        assert write().committed_in == outer


def test_rows_that_come_by_copy_are_marked_too() -> None:
    with connection.cursor() as cursor:
        columns = "id, runbook, started_at, started_by, environment, reason"
        with cursor.copy(f"COPY {TABLE} ({columns}) FROM STDIN") as copy:
            copy.write_row(["01890000-0000-7000-8000-000000000000", "engine", NOW, "user:alice", "test", ""])
    assert RunbookRun.objects.get().committed_in == current_transaction()


@pytest.mark.usefixtures("_restricted")
def test_the_restricted_role_works() -> None:
    write()
    SwitchState.objects.create(name="x", is_on=False, reason="r", changed_by="b", changed_at=NOW)
    SwitchState.objects.filter(name="x").update(is_on=True)
    assert SwitchState.pgh_event_model.objects.count() == 2


@pytest.mark.usefixtures("_restricted")
@pytest.mark.parametrize("table", list_append_only_tables())
@pytest.mark.parametrize(
    "bypass",
    [
        "TRUNCATE {table}",
        "ALTER TABLE {table} DISABLE TRIGGER ALL",
        "DROP TABLE {table}",
        "DELETE FROM {table}",
        "ALTER TABLE {table} ADD COLUMN forged text",
    ],
)
def test_the_restricted_role_cannot_go_around(table: str, bypass: str) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(bypass.format(table=table))


@pytest.mark.usefixtures("_restricted")
@pytest.mark.parametrize("bypass", ["SET session_replication_role = replica", "CREATE TABLE forged (id int)"])
def test_the_restricted_role_cannot_switch_triggers_off(bypass: str) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(bypass)


def test_the_printed_rights_take_effect_at_once() -> None:
    out = StringIO()
    call_command("print_role_sql", "smplat_app", stdout=out)
    first, *rights, last = out.getvalue().splitlines()
    assert (first, last) == ("BEGIN;", "COMMIT;")
    assert rights == [statement.as_string(None) for statement in grant_statements("smplat_app")]
