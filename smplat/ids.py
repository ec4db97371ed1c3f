"""Row ids: UUIDv7, so that primary keys grow with time and inserts land on the last index page."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A fresh UUIDv7 as the standard library's UUID (psycopg refuses other UUID classes)."""
    return uuid7()
