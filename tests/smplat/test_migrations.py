"""Migrations are run while the version before them serves: no step locks a table that has rows for as long as it has rows."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Final

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import models
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    AlterModelOptions,
    CreateModel,
    DeleteModel,
    RemoveIndex,
    RenameField,
    RenameModel,
    SeparateDatabaseAndState,
)
from django.db.migrations.operations.base import Operation
from django.db.models import NOT_PROVIDED

ROOT: Final = settings.BASE_DIR
# By app, the last migration that was written while nobody ran the platform yet.
BEFORE_ANY_ROW: Final = {"analytics": 4, "onboarding": 2, "outbox": 3}
# Reads every row under a lock that bars writers, or breaks the version that still runs.
LOCKING: Final = (AddIndex, RemoveIndex, AlterField, RenameField, RenameModel, DeleteModel)
CONCURRENT: Final = (AddIndexConcurrently, RemoveIndexConcurrently)


def our_migrations() -> Iterator[Migration]:
    """Every migration of the project's own apps."""
    own = {app.label for app in apps.get_app_configs() if Path(app.path).parent in {ROOT, ROOT / "smplat"}}
    for (label, _), migration in sorted(MigrationLoader(None).disk_migrations.items()):
        if label in own:
            yield migration


def flatten(operations: list[Operation]) -> Iterator[Operation]:
    """What is done in the database."""
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            yield from flatten(operation.database_operations)
        else:
            yield operation


def find_unsafe(migration: Migration) -> Iterator[str]:
    """The steps that a table with rows does not bear."""
    made = set()
    for operation in flatten(migration.operations):
        place = f"{migration.app_label}.{migration.name}: {operation.describe()}"
        if isinstance(operation, CreateModel):
            made.add(operation.name_lower)
        elif getattr(operation, "model_name_lower", None) in made:
            continue
        elif isinstance(operation, CONCURRENT):
            if migration.atomic:
                yield f"{place}: needs atomic = False"
        elif not migration.atomic and not isinstance(operation, AlterModelOptions):
            yield f"{place}: needs a migration of its own, since beside concurrent builds no lock_timeout holds"
        elif isinstance(operation, (*LOCKING, AddConstraint)):
            yield place
        elif isinstance(operation, AddField) and not _is_additive(operation):
            yield f"{place}: needs null or a default of the database"


def _is_additive(operation: AddField) -> bool:
    field = operation.field
    return field.null or field.many_to_many or field.db_default is not NOT_PROVIDED


def test_no_migration_locks_a_table_that_has_rows() -> None:
    later = [one for one in our_migrations() if int(one.name[:4]) > BEFORE_ANY_ROW.get(one.app_label, 1)]
    assert [step for migration in later for step in find_unsafe(migration)] == []


class Unsafe(Migration):
    operations: ClassVar = [
        CreateModel("Made", [("id", models.IntegerField(primary_key=True))]),
        AddIndex("made", models.Index(fields=["id"], name="made_by_id")),
        AddIndex("order", models.Index(fields=["notes"], name="orders_by_notes")),
        AddIndexConcurrently("order", models.Index(fields=["tax"], name="orders_by_tax")),
        AddField("order", "colour", models.CharField(max_length=9, default="red")),
        AddField("order", "shade", models.CharField(max_length=9, db_default="red")),
        SeparateDatabaseAndState(database_operations=[RenameField("order", "notes", "remarks")]),
    ]


class Mixed(Migration):
    atomic = False
    operations: ClassVar = [
        AddIndexConcurrently("order", models.Index(fields=["tax"], name="orders_by_tax")),
        AddField("order", "shade", models.CharField(max_length=9, db_default="red")),
    ]


def test_what_may_wait_for_a_lock_is_kept_apart_from_concurrent_builds() -> None:
    (step,) = find_unsafe(Mixed("0002_mixed", "checkout"))
    assert step.startswith("checkout.0002_mixed: Add field shade to order: needs a migration of its own")


def test_steps_that_lock_or_break_are_told_from_those_that_do_not() -> None:
    steps = list(find_unsafe(Unsafe("0002_unsafe", "checkout")))
    assert [step.partition(": ")[2] for step in steps] == [
        "Create index orders_by_notes on field(s) notes of model order",
        "Concurrently create index orders_by_tax on field(s) tax of model order: needs atomic = False",
        "Add field colour to order: needs null or a default of the database",
        "Rename field notes on order to remarks",
    ]
