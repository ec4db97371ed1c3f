"""NDJSON straight out of COPY, for large amounts: PostgreSQL writes the lines, a row never becomes Python's objects."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, BinaryIO, Final

from django.db import connection

from smplat.exports.formats import Column, ColumnType

# Rows read and written at a time: a few hundred kilobytes.
CHUNK_ROWS: Final = 2_000
# COPY's text format doubles the backslash. Everything else it would escape is escaped in JSON already.
_COPIED_BACKSLASH: Final = b"\\\\"


def copy_ndjson(
    output: BinaryIO,
    *,
    columns: Sequence[Column],
    spellings: Mapping[str, str],
    source: str,
    parameters: Mapping[str, Any],
    on_written: Callable[[int], object],
) -> int:
    """Write each row as one compact JSON object a line; returns how many.

    It is one statement, so all rows come from one snapshot; memory holds one chunk.

    Args:
        output: where the lines go.
        columns: in the order of their members.
        spellings: SQL of columns that are not read by their name alone; moments and money as they are to be read.
        source: SQL from FROM to ORDER BY.
        parameters: of `source`.
        on_written: hears the rows of each chunk.
    """
    members = (f"'\"{column.name}\":', {_value_of(column, spellings.get(column.name))}" for column in columns)
    line = "concat('{', " + ", ',', ".join(members) + ", '}')"
    total = 0
    statement = f"COPY (SELECT {line} {source}) TO STDOUT"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement, parameters) as copy:
        for chunk in _chunks(iter(copy)):
            output.write(b"".join(chunk).replace(_COPIED_BACKSLASH, b"\\"))
            total += len(chunk)
            on_written(len(chunk))
    return total


def _value_of(column: Column, spelling: str | None) -> str:
    """SQL of a column's value as JSON, `null` included."""
    value = spelling or column.name
    match column.type:
        case ColumnType.TEXT:
            return f"coalesce(to_json({value})::text, 'null')"
        case ColumnType.JSON:
            return f"coalesce({value}::text, 'null')"
        case ColumnType.MOMENT | ColumnType.MONEY:
            # Nothing in them needs escaping.
            return f"coalesce('\"' || {value} || '\"', 'null')"


def _chunks(rows: Iterator[bytes]) -> Iterator[list[bytes]]:
    while chunk := list(islice(rows, CHUNK_ROWS)):
        yield chunk
