"""A CSV that leaves chunk by chunk is the one that would have been written at once."""

from decimal import Decimal

from smplat.exports.chunks import CHUNK_ROWS
from smplat.exports.formats import Column, ColumnType
from smplat.exports.streamed import stream_csv

COLUMNS = (Column("text", ColumnType.TEXT), Column("amount", ColumnType.MONEY))


def test_every_row_is_in_exactly_one_chunk():
    rows = ((str(number), Decimal(number)) for number in range(2 * CHUNK_ROWS + 1))
    chunks = list(stream_csv(COLUMNS, rows))
    lines = b"".join(chunks).decode().split("\r\n")
    assert lines[0] == "text,amount"
    assert lines[1:-1] == [f"{number},{number}" for number in range(2 * CHUNK_ROWS + 1)]
    assert max(chunk.count(b"\n") for chunk in chunks) == CHUNK_ROWS + 1


def test_no_rows_are_a_header_and_texts_are_guarded():
    assert b"".join(stream_csv(COLUMNS, [])) == b"text,amount\r\n"
    assert b"'=1+1,2" in b"".join(stream_csv(COLUMNS, [("=1+1", Decimal(2))]))
