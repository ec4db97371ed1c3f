"""Rows of a queryset as they leave the server: one statement, one snapshot, constant memory."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet
from psycopg import capabilities

from smplat.exports.formats import Row

# Rows that the driver fetches, and a writer renders, at a time: a few hundred kilobytes.
CHUNK_ROWS: Final = 2_000


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
        while chunk := list(islice(left, CHUNK_ROWS)):
            yield chunk
