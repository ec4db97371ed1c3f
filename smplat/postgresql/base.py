"""Django's PostgreSQL backend, for a server that restarts, is away, or is frozen.

After a database restart every idle connection of the pool is dead, and each would cost one request an error. A server
that ends a connection has sent something to it (its last words, or the end of the stream), while an idle healthy one
has nothing to say: asking the socket tells them apart without a round trip. A frozen server: smplat.postgresql.connection.
"""

import select
from time import monotonic
from types import SimpleNamespace
from typing import Any, Final

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import PoolTimeout

from smplat.postgresql.connection import Connection, this_thread

# Whoever learnt that the database is away does not wait for it again within the same request.
TOLD_SECONDS: Final = 0.5


class DatabaseWrapper(base.DatabaseWrapper):
    """See the module."""

    # What Django connects with where there is no pool; a pool is given its `connection_class`.
    Database = SimpleNamespace(**{**vars(psycopg), "connect": Connection.connect})  # type: ignore[assignment]

    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection:
        """A connection that the server still holds; dead ones go back closed, and the pool replaces them."""
        connection: psycopg.Connection
        if not self.pool:
            connection = super().get_new_connection(conn_params)
            return connection
        if monotonic() - this_thread.told_at < TOLD_SECONDS:
            raise psycopg.OperationalError("the database was away a moment ago")
        try:
            connection = super().get_new_connection(conn_params)
            while _has_unread_input(connection):
                connection.close()
                self.pool.putconn(connection)
                connection = super().get_new_connection(conn_params)
        except PoolTimeout:
            this_thread.told_at = monotonic()
            raise
        return connection


def _has_unread_input(connection: psycopg.Connection) -> bool:
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
