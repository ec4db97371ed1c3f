"""A CSV that leaves while it is being read: memory holds one chunk."""

import io
from collections.abc import Iterable, Iterator, Sequence

from smplat.exports.chunks import CHUNK_ROWS, in_chunks
from smplat.exports.formats import Column, CsvWriter, Row


def stream_csv(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[bytes]:
    """The header and the rows, chunk by chunk, for a streaming answer."""
    buffer = io.BytesIO()
    writer = CsvWriter(buffer, columns)
    for chunk in in_chunks(rows, rows=CHUNK_ROWS):
        writer.write(chunk)
        yield _taken(buffer)
    writer.finish()
    yield _taken(buffer)


def _taken(buffer: io.BytesIO) -> bytes:
    taken = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return taken
