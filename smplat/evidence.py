"""Evidence: rows that state what happened. PostgreSQL itself refuses to change or delete them."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models.expressions import RawSQL

# The id of the top-level transaction that wrote the row, set by the database. Windows of ids below the oldest
# running transaction never change afterwards, which is what makes incremental readers exact (never `id > last`).
COMMITTED_IN_DEFAULT = "(pg_current_xact_id())::text::bigint"

APPEND_ONLY = pgtrigger.Protect(
    name="append_only",
    operation=pgtrigger.Update | pgtrigger.Delete,
)


class Evidence(models.Model):
    """An append-only row. A correction is a new row.

    Truncation is not refused by trigger (test databases are flushed that way): the restricted role of a production
    database has no such right.
    """

    committed_in = models.BigIntegerField(
        db_default=RawSQL(COMMITTED_IN_DEFAULT, ()),  # noqa: S611 - a constant
        editable=False,
        help_text="Id of the transaction that wrote this row; incremental readers take windows of it.",
    )

    class Meta:
        abstract = True
        triggers: ClassVar = [APPEND_ONLY]
