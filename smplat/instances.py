"""Model instances read and written by statements that are composed once.

The ORM composes its SQL anew for every query, which costs several times what PostgreSQL and the driver need for a single
row. Where a storefront waits, statements are written by hand: `Columns` names a model's columns in them and makes
instances of what they answer, `write_together` stores instances of several tables in one round trip.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Generic, TypeVar

from django.db import connection, models

from smplat.bulk_rows import as_json, insertion_into, table_of
from smplat.db import require_transaction

Row = TypeVar("Row", bound=models.Model)
OtherRow = TypeVar("OtherRow", bound=models.Model)
AnyField = Any  # models.Field; its type parameters say nothing here


class Columns(Generic[Row]):
    """All columns of one model under an alias of the statement they stand in.

    PLACED = Columns(Order, "placed")
    FIND = f"SELECT {PLACED} FROM checkout_order AS placed WHERE placed.id = %s"
    order = PLACED.first(FIND, [order_id])
    """

    def __init__(self, model: type[Row], alias: str) -> None:
        self._model = model
        fields = model._meta.concrete_fields  # noqa: SLF001 - Django's public API
        self._names = [field.attname for field in fields]
        self._text = ", ".join(f'{alias}."{field.column}"' for field in fields)
        # JSON comes as text.
        self._converters = [
            (place, field.from_db_value) for place, field in enumerate(fields) if hasattr(field, "from_db_value")
        ]

    def __str__(self) -> str:
        return self._text

    def __len__(self) -> int:
        return len(self._names)

    def first(self, statement: str, parameters: Sequence[Any]) -> Row | None:
        """The instance of the first row, if there is one."""
        return next(iter(self.all(statement, parameters)), None)

    def all(self, statement: str, parameters: Sequence[Any]) -> list[Row]:
        """The instances of all rows; the statement answers these columns and no others."""
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return [self.instance(row) for row in cursor.fetchall()]

    def instance(self, values: Sequence[Any]) -> Row:
        """The instance that a row's values stand for; a model with a custom from_db keeps it."""
        converted = list(values)
        for place, convert in self._converters:
            converted[place] = convert(converted[place], None, connection)
        return self._model.from_db(connection.alias, self._names, converted)


def first_pair(
    one: Columns[Row], other: Columns[OtherRow], statement: str, parameters: Sequence[Any]
) -> tuple[Row, OtherRow] | None:
    """The two instances of the first row of a statement that answers the columns of both, if there is one."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row = cursor.fetchone()
    return (one.instance(row[: len(one)]), other.instance(row[len(one) :])) if row else None


# An instance and the names of its fields that changed.
Change = tuple[models.Model, tuple[str, ...]]


def write_together(*, new: Sequence[models.Model] = (), changed: Sequence[Change] = ()) -> None:
    """Insert new instances and store fields of known ones, of several tables, in one statement of the caller's transaction.

    Constraints and triggers hold as always; `save()`, signals and automatic values of Django's fields play no part. No row
    may occur twice.
    """
    require_transaction()
    by_model: defaultdict[type[models.Model], list[models.Model]] = defaultdict(list)
    for row in new:
        by_model[type(row)].append(row)
    parts = [_insertion(model) for model in by_model] + [_update(type(row), names) for row, names in changed]
    if not parts:
        return
    parameters = [
        *(as_json([_values(row, _inserted_fields(model)) for row in rows]) for model, rows in by_model.items()),
        *(as_json(_values(row, _updated_fields(type(row), names))) for row, names in changed),
    ]
    writes = ", ".join(f"part_{number} AS ({part})" for number, part in enumerate(parts))
    with connection.cursor() as cursor:
        # Names come from models, values travel as parameters.
        cursor.execute(f"WITH {writes} SELECT 1", parameters)
    for row in new:
        row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001 - Django's public API


@cache
def _insertion(model: type[models.Model]) -> str:
    return insertion_into(model, [field.column for field in _inserted_fields(model)])


@cache
def _update(model: type[models.Model], names: tuple[str, ...]) -> str:
    table, (key, *fields) = table_of(model), _updated_fields(model, names)
    values = ", ".join(f"{_quoted(field)} = given.{_quoted(field)}" for field in fields)
    given = f"json_populate_record(NULL::{table}, %s::json) AS given"
    return f"UPDATE {table} AS known SET {values} FROM {given} WHERE known.{_quoted(key)} = given.{_quoted(key)}"  # noqa: S608


@cache
def _inserted_fields(model: type[models.Model]) -> tuple[AnyField, ...]:
    """All columns but those that the database itself fills."""
    return tuple(field for field in model._meta.concrete_fields if not field.db_returning)  # noqa: SLF001 - public API


@cache
def _updated_fields(model: type[models.Model], names: tuple[str, ...]) -> tuple[AnyField, ...]:
    """The primary key, then the named ones."""
    meta = model._meta  # noqa: SLF001 - Django's public API
    return (meta.pk, *(meta.get_field(name) for name in names))


def _values(row: models.Model, fields: Iterable[AnyField]) -> dict[str, Any]:
    return {field.column: getattr(row, field.attname) for field in fields}


def _quoted(field: AnyField) -> str:
    return connection.ops.quote_name(field.column)
