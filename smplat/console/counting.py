"""Counts that stay cheap on a table of any size."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet

# PostgreSQL's own estimate, kept by autovacuum; partitions are summed, tables never analysed count as empty.
_ESTIMATE = """
    SELECT coalesce(sum(greatest(reltuples, 0)), 0)::bigint FROM pg_class
    WHERE relkind = 'r' AND (
        oid = to_regclass(%(table)s)
        OR oid IN (SELECT relid FROM pg_partition_tree(to_regclass(%(table)s)) WHERE isleaf)
    )
"""


@dataclass(frozen=True)
class BoundedCount:
    """A count that stopped at a limit."""

    count: int
    # The true number may be higher.
    is_lower_bound: bool

    def __str__(self) -> str:
        return f"{self.count:,}{'+' if self.is_lower_bound else ''}"


def estimate_rows(model: type[Model]) -> int:
    """About how many rows the table has; never reads the table."""
    with connection.cursor() as cursor:
        cursor.execute(_ESTIMATE, {"table": connection.ops.quote_name(model._meta.db_table)})  # noqa: SLF001 - Django's documented API
        return int(cursor.fetchone()[0])


def count_up_to(queryset: QuerySet[Any], *, limit: int = 1000) -> BoundedCount:
    """Count rows, but stop after `limit`: reads at most that many index entries of a query that an index serves."""
    count = queryset.order_by()[: limit + 1].count()
    return BoundedCount(count=min(count, limit), is_lower_bound=count > limit)
