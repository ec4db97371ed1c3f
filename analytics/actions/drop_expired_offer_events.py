"""Retention: drop the months whose events are older than they are kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from psycopg import sql

from analytics.models import DroppedPartition
from analytics.partitions import EVENTS, RECEIPTS, Partition, detach, drop, list_partitions
from analytics.rollup_sums import lock_cursor
from analytics.rules.months import plan_expired
from smplat import db
from smplat.maintenance import maintenance_connection

# Receipts stay a month longer than the events they account for, so that the ledger can be read to the end.
RECEIPTS_KEPT_LONGER: Final = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class ExpiredDropped:
    """What was dropped, and what should have been but still holds events the rollups do not have."""

    dropped: tuple[str, ...]
    unfolded: tuple[str, ...]


def drop_expired_offer_events(*, now: datetime, retention: timedelta, is_rehearsal: bool = False) -> ExpiredDropped:
    """Drop every month that ended at least `retention` ago; with `is_rehearsal` only say which.

    For each month: write down that it goes, detach it, drop it. What was written down and is still there, because a run
    was cut off in between, goes with the next run. Rollups of its time stay; they cannot be rebuilt any more.
    """
    expired = _expired(EVENTS, now=now, retention=retention)
    expired += _expired(RECEIPTS, now=now, retention=retention + RECEIPTS_KEPT_LONGER)
    dropped: list[Partition] = []
    unfolded: list[Partition] = []
    for partition in expired:
        may_go = _may_go(partition) if is_rehearsal else _write_down(partition, now=now)
        (dropped if may_go else unfolded).append(partition)
    if not is_rehearsal:
        _remove(dropped)
    return ExpiredDropped(tuple(each.name for each in dropped), tuple(each.name for each in unfolded))


def _expired(table: str, *, now: datetime, retention: timedelta) -> list[Partition]:
    partitions = {partition.month: partition for partition in list_partitions(table)}
    return [partitions[month] for month in plan_expired(partitions, now=now, retention=retention)]


def _may_go(partition: Partition) -> bool:
    with db.transaction():
        return _is_folded(partition)


def _write_down(partition: Partition, *, now: datetime) -> bool:
    """Under the lock of the rollups' cursor: a rebuild either still has the events or sees that they are gone."""
    if partition.is_half_detached:
        return True
    with db.transaction():
        if not _is_folded(partition):
            return False
        rows, newest = _measure(partition)
        DroppedPartition.objects.bulk_create(
            [
                DroppedPartition(
                    name=partition.name,
                    table_name=partition.table,
                    month=partition.month,
                    row_count=rows,
                    newest_occurred_at=newest,
                    dropped_at=now,
                )
            ],
            ignore_conflicts=True,
        )
    return True


def _is_folded(partition: Partition) -> bool:
    cursor = lock_cursor(wait=True)
    assert cursor is not None
    if partition.table != EVENTS:
        return True
    with connection.cursor() as reader:
        reader.execute(
            sql.SQL("SELECT max(committed_in) FROM {}").format(sql.Identifier(partition.name)).as_string(None)
        )
        (newest,) = reader.fetchone()
    return newest is None or int(newest) < cursor.horizon


def _measure(partition: Partition) -> tuple[int, datetime | None]:
    newest = sql.SQL("max(occurred_at)" if partition.table == EVENTS else "NULL::timestamptz")
    with connection.cursor() as reader:
        reader.execute(
            sql.SQL("SELECT count(*), {} FROM {}").format(newest, sql.Identifier(partition.name)).as_string(None)
        )
        rows, moment = reader.fetchone()
    return rows, moment


def _remove(partitions: list[Partition]) -> None:
    """Outside any transaction: DETACH CONCURRENTLY demands it."""
    attached = {partition.name for table in (EVENTS, RECEIPTS) for partition in list_partitions(table)}
    orphans = [name for name in DroppedPartition.objects.values_list("name", flat=True) if name not in attached]
    with maintenance_connection() as maintenance:
        for name in orphans:
            drop(maintenance, name)
        for partition in partitions:
            detach(maintenance, partition)
            drop(maintenance, partition.name)
