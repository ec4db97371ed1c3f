"""Rows of a queryset as they leave the server: one statement, one snapshot, constant memory."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from psycopg import capabilities

from smplat.exports.chunks import CHUNK_ROWS, in_chunks
from smplat.exports.formats import Row


def stream_rows(rows: QuerySet[Any, Any]) -> Iterator[Sequence[Row]]:
    """The rows of `.values_list(…)` in chunks, never empty.

    The server works on the next rows while these are rendered; a cursor on the server would have each wait for the
    other. Values are as the driver reads them: Django's own conversions do not apply, so columns that need one are cast
    in SQL. Left early, the statement is canceled.

    Raises:
        DatabaseError: as any query.
    """
    statement, parameters = rows.query.sql_with_params()
    with connection.wrap_database_errors, connection.cursor() as cursor:
        # A row at a time where the client library is older than 17.
        size = CHUNK_ROWS if capabilities.has_stream_chunked() else 1
        left = cursor.stream(statement, parameters, size=size)
        yield from in_chunks(left, rows=CHUNK_ROWS)
