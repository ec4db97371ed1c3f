"""What each format makes of the same rows."""

import csv
import io
import json
import sys
from datetime import UTC, datetime
from decimal import Decimal

import orjson
import pytest

from smplat.exports.csv_cells import read_text
from smplat.exports.formats import Column, ColumnType, Format, ParquetMissing, open_writer

COLUMNS = [
    Column("name", ColumnType.TEXT),
    Column("at", ColumnType.MOMENT),
    Column("total", ColumnType.MONEY),
    Column("metadata", ColumnType.JSON),
]
AT = datetime(2026, 2, 3, 10, 11, 12, 345678, tzinfo=UTC)
ROWS = [
    ("=HYPERLINK(1)", AT, Decimal("129.90"), '{"città": ["a", 1]}'),
    ('quote " comma , line\r\nend', AT.replace(microsecond=0), None, None),
]


def written(chosen, *chunks: list):
    output = io.BytesIO()
    writer = open_writer(chosen, output, COLUMNS)
    for rows in chunks:
        writer.write(rows)
    writer.finish()
    return output.getvalue()


def test_csv_has_a_header_guards_text_and_leaves_numbers_alone():
    records = list(csv.reader(io.StringIO(written(Format.CSV, ROWS).decode(), newline="")))
    assert records == [
        ["name", "at", "total", "metadata"],
        ["'=HYPERLINK(1)", "2026-02-03T10:11:12.345678+00:00", "129.90", '{"città": ["a", 1]}'],
        ['quote " comma , line\r\nend', "2026-02-03T10:11:12+00:00", "", ""],
    ]
    assert read_text(records[1][0]) == "=HYPERLINK(1)"


def test_json_is_one_array_indented_by_two_with_letters_as_they_are():
    expected = [
        {
            "name": "=HYPERLINK(1)",
            "at": "2026-02-03T10:11:12.345678+00:00",
            "total": "129.90",
            "metadata": {"città": ["a", 1]},
        },
        {"name": 'quote " comma , line\r\nend', "at": "2026-02-03T10:11:12+00:00", "total": None, "metadata": None},
    ]
    assert (
        written(Format.JSON, ROWS[:1], ROWS[1:]).decode() == json.dumps(expected, indent=2, ensure_ascii=False) + "\n"
    )


def test_ndjson_is_one_object_a_line_and_keeps_every_digit():
    rows = [(name, at.isoformat(), total and str(total), document) for name, at, total, document in ROWS]
    big = ("x", None, None, '{"n": 123456789012345678901234567890.10}')
    lines = written(Format.NDJSON, rows, [big]).splitlines()
    assert json.loads(lines[0]) == {
        "name": "=HYPERLINK(1)",
        "at": "2026-02-03T10:11:12.345678+00:00",
        "total": "129.90",
        "metadata": {"città": ["a", 1]},
    }
    assert json.loads(lines[1]) == {
        "name": ROWS[1][0],
        "at": "2026-02-03T10:11:12+00:00",
        "total": None,
        "metadata": None,
    }
    assert lines[2].endswith(b'"metadata":{"n": 123456789012345678901234567890.10}}')


@pytest.mark.parametrize(
    ("chosen", "content"), [(Format.CSV, b"name,at,total,metadata\r\n"), (Format.JSON, b"[]\n"), (Format.NDJSON, b"")]
)
def test_no_rows_still_make_a_valid_file(chosen, content):
    assert written(chosen) == content


def test_parquet_has_typed_columns():
    parquet = pytest.importorskip("pyarrow.parquet", reason="the warehouse extra is not installed")
    table = parquet.read_table(io.BytesIO(written(Format.PARQUET, ROWS[:1], ROWS[1:])))
    assert table.schema.names == ["name", "at", "total", "metadata"]
    assert [str(field.type) for field in table.schema] == [
        "string",
        "timestamp[us, tz=UTC]",
        "decimal128(12, 2)",
        "string",
    ]
    assert table.column("total").to_pylist() == [Decimal("129.90"), None]
    assert table.column("name").to_pylist() == [row[0] for row in ROWS]


def test_parquet_without_its_library_says_what_to_install(monkeypatch):
    monkeypatch.delitem(sys.modules, "smplat.exports.parquet", raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ParquetMissing, match="warehouse extra"):
        written(Format.PARQUET)


def test_money_never_uses_an_exponent():
    assert orjson.loads(written(Format.JSON, [("x", AT, Decimal("1E+3"), None)]))[0]["total"] == "1000"


def test_json_keeps_integers_beyond_64_bits():
    big = 2**80
    assert json.loads(written(Format.JSON, [("x", AT, None, f'{{"n": {big}}}')]))[0]["metadata"] == {"n": big}
