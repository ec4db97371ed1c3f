"""The monthly tables behind an event table: which there are, and the statements that make and remove one."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import psycopg
from django.db import connection
from psycopg import sql

from analytics.rules.months import add_months, partition_name, start_of

EVENTS: Final = "checkout_offer_events"
RECEIPTS: Final = "analytics_ingest_receipts"
PARTITIONED: Final = (EVENTS, RECEIPTS)

Maintenance = psycopg.Connection[tuple[Any, ...]]

# Bounds come as text such as FOR VALUES FROM ('2026-11-01 00:00:00+00') TO (…): the first is the month.
_LIST: Final = """
SELECT child.relname,
       substring(pg_get_expr(child.relpartbound, child.oid) FROM '\\(''([0-9-]{10})')::date,
       inhdetachpending
FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
WHERE inhparent = %s::regclass
ORDER BY 2
"""


@dataclass(frozen=True, slots=True)
class Partition:
    """One month of a table."""

    table: str
    name: str
    month: date
    # A DETACH CONCURRENTLY was cut off: readers no longer see it, it only waits to be finished.
    is_half_detached: bool


def list_partitions(table: str) -> list[Partition]:
    """The attached partitions, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_LIST, [table])
        return [Partition(table, name, month, pending) for name, month, pending in cursor.fetchall()]


def months_of(table: str) -> set[date]:
    """The months rows can be stored in."""
    return {partition.month for partition in list_partitions(table) if not partition.is_half_detached}


def attach(maintenance: Maintenance, *, table: str, month: date) -> str:
    """Create a month and attach it. Writers go on: attaching an empty table needs no lock they would notice."""
    name = partition_name(table, month)
    with maintenance.transaction():
        maintenance.execute(
            sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)").format(
                sql.Identifier(name), sql.Identifier(table)
            )
        )
        maintenance.execute(
            sql.SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})").format(
                sql.Identifier(table),
                sql.Identifier(name),
                sql.Literal(start_of(month)),
                sql.Literal(start_of(add_months(month, 1))),
            )
        )
    return name


def detach(maintenance: Maintenance, partition: Partition) -> None:
    """Take a month out without holding up writers; finishes what an earlier run was cut off in."""
    how = "FINALIZE" if partition.is_half_detached else "CONCURRENTLY"
    maintenance.execute(
        sql.SQL("ALTER TABLE {} DETACH PARTITION {} " + how).format(
            sql.Identifier(partition.table), sql.Identifier(partition.name)
        )
    )


def drop(maintenance: Maintenance, name: str) -> None:
    """Remove a detached month for good."""
    maintenance.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(name)))
