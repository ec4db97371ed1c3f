"""Many rows of one table in one statement, several times faster than through model instances and a placeholder each.

What is written travels as one JSON text that PostgreSQL itself turns into the table's row type; what is looked for, as
one array.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import orjson
from django.db import connection, models
from django.db.models import QuerySet

from smplat.db import require_transaction

Row = TypeVar("Row", bound=models.Model)


def among(rows: QuerySet[Row], column: str, ids: Iterable[UUID]) -> QuerySet[Row]:
    """The rows whose `column` is one of many ids: `column = ANY(array)` instead of a placeholder for each."""
    condition = f"{table_of(rows.model)}.{connection.ops.quote_name(column)} = ANY(%s::uuid[])"
    # Names come from code, values travel as a parameter.
    return rows.extra(where=[condition], params=["{" + ",".join(one.hex for one in ids) + "}"])  # noqa: S610


def insert_rows(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows given by column name, in the caller's transaction.

    Args:
        model: whose table.
        rows: each with the same columns, among them every one that has neither a null nor a default in the database:
            defaults of the model's fields do not count here.
    """
    _insert(model, rows)


def insert_new_rows(model: type[models.Model], rows: Sequence[Mapping[str, Any]], *, returning: str) -> list[Any]:
    """The same, but leave out rows that a unique constraint refuses; answers these columns of the rows it wrote."""
    return _insert(model, rows, more=f"ON CONFLICT DO NOTHING RETURNING {returning}")


def _insert(model: type[models.Model], rows: Sequence[Mapping[str, Any]], *, more: str = "") -> list[Any]:
    require_transaction()
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"{insertion_into(model, rows[0])} {more}", [as_json(rows)])
        return list(cursor.fetchall()) if more else []


def insertion_into(model: type[models.Model], columns: Iterable[str]) -> str:
    """The statement that inserts these columns of rows; its one parameter is their list, `as_json`."""
    table, names = table_of(model), ", ".join(connection.ops.quote_name(column) for column in columns)
    # Names come from code, values travel as a parameter.
    return f"INSERT INTO {table} ({names}) SELECT {names} FROM json_populate_recordset(NULL::{table}, %s::json)"  # noqa: S608


def as_json(rows: Any) -> str:
    """A row, or a list of rows, as PostgreSQL reads it into a table's row type; it reads decimals digit by digit from text."""
    return orjson.dumps(rows, default=_spell_decimal).decode()


def table_of(model: type[models.Model]) -> str:
    """The quoted name of a model's table."""
    return connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001 - Django's public API


def _spell_decimal(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
