"""NDJSON straight out of COPY, for large amounts: a row that becomes Python's objects on its way takes many times as long."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, BinaryIO, Final

import orjson
from django.db import connection

from smplat.exports.formats import Column, ColumnType

# Rows read, rendered and written at a time: a few hundred kilobytes.
CHUNK_ROWS: Final = 2_000
# COPY's text format: no value, and what stands for the characters that would end a value or a row.
_NULL: Final = "\\N"
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_MEANINGS: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def copy_ndjson(
    output: BinaryIO,
    *,
    select: str,
    parameters: Mapping[str, Any],
    columns: Sequence[Column],
    on_written: Callable[[int], object],
) -> int:
    """Write each row of `select` as one compact JSON object a line; returns how many.

    `select` has the columns in their order, JSON ones last, and spells moments and money as they are to be read. It is one
    statement, so all rows come from one snapshot; memory holds one chunk. `on_written` hears the rows of each chunk.
    """
    template = "{" + ",".join(f'"{column.name}":%s' for column in columns) + "}\n"
    jsons = sum(column.type is ColumnType.JSON for column in columns)
    total = 0
    statement = f"COPY ({select}) TO STDOUT"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement, parameters) as copy:
        for chunk in _chunks(iter(copy)):
            rows = b"".join(chunk).decode().split("\n")[:-1]
            output.write("".join([template % _render(row, jsons) for row in rows]).encode())
            total += len(rows)
            on_written(len(rows))
    return total


def _render(row: str, jsons: int) -> tuple[str, ...]:
    """The values of a row as JSON; the last `jsons` of them are JSON already."""
    text, *others = row.rsplit("\t", jsons)
    cells = f'"{text}"'.replace("\t", '"\t"').replace(f'"{_NULL}"', "null").split("\t")
    is_usual = '"' not in text and text.count("\\") == cells.count("null") and text.replace("\t", "").isprintable()
    for value in others:
        is_usual = is_usual and ("\\" not in value or value == _NULL)
        cells.append("null" if value == _NULL else value)
    return tuple(cells) if is_usual else _render_unusual(row, jsons)


def _render_unusual(row: str, jsons: int) -> tuple[str, ...]:
    """The same for any text: what COPY has escaped is read back and escaped as JSON does."""
    values = [None if value == _NULL else _ESCAPED.sub(_meaning, value) for value in row.split("\t")]
    texts = len(values) - jsons
    quoted = [orjson.dumps(value).decode() for value in values[:texts]]
    return (*quoted, *["null" if value is None else value for value in values[texts:]])


def _meaning(escaped: re.Match[str]) -> str:
    return _MEANINGS.get(escaped[1], escaped[1])


def _chunks(rows: Iterator[bytes]) -> Iterator[list[bytes]]:
    while chunk := list(islice(rows, CHUNK_ROWS)):
        yield chunk
