"""Offer events as a file: the columns storefront analysts already load, and the reading of them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, BinaryIO

from django.db.models import CharField, Func, QuerySet, TextField
from django.db.models.functions import Cast

from analytics.models import OfferEvent
from smplat.exports.formats import Column, ColumnType, Format, open_writer
from smplat.exports.row_stream import stream_rows

COLUMNS = (
    Column("id", ColumnType.TEXT),
    Column("created_at", ColumnType.MOMENT),
    Column("offer_slug", ColumnType.TEXT),
    Column("target_slug", ColumnType.TEXT),
    Column("event_type", ColumnType.TEXT),
    Column("action", ColumnType.TEXT),
    Column("cart_total", ColumnType.MONEY),
    Column("currency", ColumnType.TEXT),
    Column("order_reference", ColumnType.TEXT),
    Column("metadata", ColumnType.JSON),
)


class _IsoText(Func):
    """A moment as the other formats spell it, always to the microsecond."""

    template = """to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')"""
    output_field = CharField()


def export_offer_events(
    *, since: datetime, chosen: Format, output: BinaryIO, on_written: Callable[[int], object]
) -> int:
    """Write every event received from `since` on, newest first, and return how many.

    One statement: all rows come from one snapshot, and memory holds one chunk whatever the number of rows.
    `on_written` hears how many rows each chunk had.

    Raises:
        ParquetMissing: Parquet was chosen and its library is not installed.
    """
    writer = open_writer(chosen, output, COLUMNS)
    total = 0
    for rows in stream_rows(_rows(since, chosen)):
        writer.write(rows)
        total += len(rows)
        on_written(len(rows))
    writer.finish()
    return total


def count_offer_events(*, since: datetime) -> int:
    """How many rows an export is about to write; for the progress bar, so a few more may arrive meanwhile."""
    return OfferEvent.objects.filter(created_at__gte=since).count()


def _rows(since: datetime, chosen: Format) -> QuerySet[OfferEvent, Any]:
    """The rows as the writer of that format takes them: ids as text, metadata as the text of its JSON."""
    as_text = chosen is Format.NDJSON
    return (
        OfferEvent.objects.filter(created_at__gte=since)
        .order_by("-created_at", "-id")
        .values_list(
            Cast("id", CharField()),
            _IsoText("created_at") if as_text else "created_at",
            "offer_slug",
            "target_slug",
            "event_type",
            "action",
            Cast("cart_total", CharField()) if as_text else "cart_total",
            "currency",
            "order_reference",
            Cast("metadata", TextField()),
        )
    )
