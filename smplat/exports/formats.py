"""Writers that turn rows into a file, one chunk at a time: memory does not grow with rows."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any, BinaryIO, Protocol

import msgspec
import orjson
from django.db import models

from smplat.errors import Unavailable
from smplat.exports.csv_cells import guard_text

Row = Sequence[Any]


class Format(models.TextChoices):
    """How an export is written."""

    # Header line, formula-safe cells, empty cell for no value.
    CSV = "csv", "CSV"
    # One array, indented, for people and small amounts.
    JSON = "json", "JSON"
    # One object a line, for machines and large amounts.
    NDJSON = "ndjson", "NDJSON"
    # Typed columns for a warehouse; needs the `warehouse` extra.
    PARQUET = "parquet", "Parquet"


class ColumnType(StrEnum):
    """What a column holds, as the database client hands it over."""

    TEXT = "text"
    # An aware datetime.
    MOMENT = "moment"
    # A Decimal of at most 12 digits, two of them after the point.
    MONEY = "money"
    # The text of a JSON value.
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an export: its name in every format, and what it holds."""

    name: str
    type: ColumnType


class ParquetMissing(Unavailable):
    """Parquet needs the warehouse extra: install requirements-warehouse.txt, or choose csv, json or ndjson."""

    code = "parquet-missing"


class Writer(Protocol):
    """Writes a header, rows, an end. `finish` is called once, after the last rows, also when there were none."""

    def write(self, rows: Sequence[Row]) -> None: ...

    def finish(self) -> None: ...


class CsvWriter:
    """CSV as spreadsheets and warehouses read it: CRLF lines, UTF-8, text guarded against formulas."""

    def __init__(self, output: BinaryIO, columns: Sequence[Column]) -> None:
        self._output = output
        self._renderers = [_CSV_CELLS[column.type] for column in columns]
        self._write_records([[column.name for column in columns]])

    def write(self, rows: Sequence[Row]) -> None:
        renderers = self._renderers
        self._write_records(
            [
                [None if value is None else render(value) for render, value in zip(renderers, row, strict=True)]
                for row in rows
            ]
        )

    def finish(self) -> None:
        """Nothing follows the last line."""

    def _write_records(self, records: list[list[str | None]]) -> None:
        text = io.StringIO()
        csv.writer(text).writerows(records)
        self._output.write(text.getvalue().encode())


class NdjsonWriter:
    """One compact JSON object a line, for amounts that take minutes: moments and money come as text, as they are to be read.

    JSON columns are passed through as the database wrote them, digit for digit.
    """

    def __init__(self, output: BinaryIO, columns: Sequence[Column]) -> None:
        self._output = output
        self._line = msgspec.defstruct("Line", [(column.name, Any) for column in columns], gc=False)
        self._documents = [column.name for column in columns if column.type is ColumnType.JSON]
        self._encode = msgspec.json.Encoder().encode_lines

    def write(self, rows: Sequence[Row]) -> None:
        make = self._line
        lines = [make(*row) for row in rows]
        for name in self._documents:
            for line in lines:
                if (document := getattr(line, name)) is not None:
                    setattr(line, name, msgspec.Raw(document))
        self._output.write(self._encode(lines))

    def finish(self) -> None:
        """Nothing follows the last line."""


class JsonWriter:
    """One JSON array with two spaces of indent, letters outside ASCII as they are."""

    def __init__(self, output: BinaryIO, columns: Sequence[Column]) -> None:
        self._output = output
        self._names = [column.name for column in columns]
        self._renderers = [_JSON_VALUES[column.type] for column in columns]
        self._separator = "[\n  "

    def write(self, rows: Sequence[Row]) -> None:
        parts = []
        for row in rows:
            parts += [self._separator, self._object(row)]
            self._separator = ",\n  "
        self._output.write("".join(parts).encode())

    def finish(self) -> None:
        self._output.write(b"[]\n" if self._separator.startswith("[") else b"\n]\n")

    def _object(self, row: Row) -> str:
        values = [None if value is None else render(value) for render, value in zip(self._renderers, row, strict=True)]
        # Line feeds inside strings are escaped, so these are the lines of the layout.
        return _indented(dict(zip(self._names, values, strict=True))).replace("\n", "\n  ")


def _indented(value: dict[str, Any]) -> str:
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    except TypeError:  # an integer beyond 64 bits, which the slower library writes in full
        return json.dumps(value, ensure_ascii=False, indent=2)


def _isoformat(moment: datetime) -> str:
    return moment.isoformat()


# Decimal's str() may use an exponent; money never does.
def _money(amount: Decimal) -> str:
    return f"{amount:f}"


def _same(value: str) -> str:
    return value


Renderers = Mapping[ColumnType, Callable[[Any], Any]]
_CSV_CELLS: Renderers = MappingProxyType(
    {ColumnType.TEXT: guard_text, ColumnType.MOMENT: _isoformat, ColumnType.MONEY: _money, ColumnType.JSON: guard_text}
)
_JSON_VALUES: Renderers = MappingProxyType(
    {ColumnType.TEXT: _same, ColumnType.MOMENT: _isoformat, ColumnType.MONEY: _money, ColumnType.JSON: json.loads}
)


def open_writer(chosen: Format, output: BinaryIO, columns: Sequence[Column]) -> Writer:
    """The writer for a format.

    Raises:
        ParquetMissing: Parquet was chosen and its library is not installed.
    """
    if chosen is Format.PARQUET:
        try:
            from smplat.exports.parquet import ParquetWriter  # noqa: PLC0415 - an optional extra
        except ImportError as missing:
            raise ParquetMissing from missing
        return ParquetWriter(output, columns)
    writers: dict[Format, Callable[[BinaryIO, Sequence[Column]], Writer]] = {
        Format.CSV: CsvWriter,
        Format.JSON: JsonWriter,
        Format.NDJSON: NdjsonWriter,
    }
    return writers[chosen](output, columns)
