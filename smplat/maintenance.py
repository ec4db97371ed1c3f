"""The connection of maintenance: a role that may create and drop partitions, apart from what serves requests."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from smplat.postgresql.connection import Connection

# Maintenance waits this long for a lock and then gives up until its next run: whoever queues behind it waits as long.
LOCK_TIMEOUT: Final = "2s"
# DETACH CONCURRENTLY waits for old transactions; cut off, the next run finishes it.
STATEMENT_TIMEOUT: Final = "60s"


@contextmanager
def maintenance_connection() -> Iterator[Connection]:
    """A connection in autocommit to the default database, as the role of MAINTENANCE_DATABASE_URL."""
    conninfo = make_conninfo(
        settings.MAINTENANCE_DATABASE_URL,
        # The same database by definition, also where the tests use one of their own.
        dbname=connection.settings_dict["NAME"],
        connect_timeout=5,
        application_name="smplat-maintenance",
        options=f"-c lock_timeout={LOCK_TIMEOUT} -c statement_timeout={STATEMENT_TIMEOUT} -c timezone=UTC",
    )
    with Connection.connect(conninfo, autocommit=True) as maintenance:
        yield maintenance
