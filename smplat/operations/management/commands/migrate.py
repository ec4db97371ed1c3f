"""Django's migrate for a platform that serves meanwhile: it does not wait for a lock for long.

Whoever waits for a table's lock holds up all who ask for the table after it. Concurrent builds wait for transactions to
end without holding anybody up, and cut off they would leave half an index: they have all the time they need.
"""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.core.management import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from psycopg import sql
from psycopg.errors import LockNotAvailable

from smplat.maintenance import LOCK_TIMEOUT


class Command(migrate.Command):
    """See the module."""

    _connection: BaseDatabaseWrapper
    _under_way: Migration | None = None

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, and say in our words that a lock was not to be had."""
        self._connection = connections[options["database"]]
        try:
            super().handle(*args, **options)
        except OperationalError as error:
            if self._under_way is None or not isinstance(error.__cause__, LockNotAvailable):
                raise
            raise CommandError(
                f"{self._under_way} gave up after waiting {LOCK_TIMEOUT} for a lock, so that no request queues behind it. "
                "Nothing of it was applied, and all before it was. Run migrate again; if it keeps giving up, "
                "docs/deploy.md shows how to find the transaction that is in the way."
            ) from error
        finally:
            if self._under_way and self._connection.is_usable():
                self._execute("RESET lock_timeout")

    def migration_progress_callback(self, action: str, migration: Migration | None = None, fake: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's signature
        """Prepare each migration that runs."""
        super().migration_progress_callback(action, migration, fake)
        if migration and action in {"apply_start", "unapply_start"} and not fake:
            self._under_way = migration
            self._execute(f"SET lock_timeout = '{LOCK_TIMEOUT if migration.atomic else 0}'")
        if migration and action == "apply_start" and not fake:
            self._drop_leftovers(migration)

    def _drop_leftovers(self, migration: Migration) -> None:
        """Drop what a try that was cut off left of its indexes, so that it can simply be run again."""
        for operation in migration.operations:
            if isinstance(operation, AddIndexConcurrently):
                index = sql.Identifier(operation.index.name)
                self._execute(sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(index).as_string(None))

    def _execute(self, statement: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
