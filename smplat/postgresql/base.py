"""Django's PostgreSQL backend, with one look at a pooled connection before it is used.

After a database restart every idle connection of the pool is dead, and each would cost one request an error. A server
that ends a connection has sent something to it (its last words, or the end of the stream), while an idle healthy one
has nothing to say: asking the socket tells them apart without a round trip.
"""

import select

from django.db.backends.postgresql import base
from psycopg import Connection


class DatabaseWrapper(base.DatabaseWrapper):
    """See the module."""

    def get_new_connection(self, conn_params: dict[str, object]) -> Connection:
        """A connection that the server still holds; dead ones go back closed, and the pool replaces them."""
        connection: Connection = super().get_new_connection(conn_params)
        while self.pool and _has_unread_input(connection):
            connection.close()
            self.pool.putconn(connection)
            connection = super().get_new_connection(conn_params)
        return connection


def _has_unread_input(connection: Connection) -> bool:
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
