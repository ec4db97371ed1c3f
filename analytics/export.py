"""Offer events as a file: the columns storefront analysts already load, and the reading of them."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO, Final

from django.db.models import CharField, TextField
from django.db.models.functions import Cast

from analytics.models import OfferEvent
from smplat.db import transaction
from smplat.exports.formats import Column, ColumnType, Writer
from smplat.exports.ndjson_copy import copy_ndjson

# Rows fetched, rendered and written at a time: enough to make a round trip cheap, few enough to stay below a few MiB
# with metadata of a few hundred bytes.
CHUNK_ROWS = 2_000

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

# The same rows and the same spelling as the other formats get from Python: moments to the microsecond.
_SPELLINGS: Final = {"created_at": """to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')"""}
_SOURCE: Final = "FROM checkout_offer_events WHERE created_at >= %(since)s ORDER BY created_at DESC, id DESC"


def export_offer_events(*, since: datetime, writer: Writer, on_written: Callable[[int], object]) -> int:
    """Write every event received from `since` on, newest first, and return how many.

    One statement behind a cursor on the server: all rows come from one snapshot, and memory holds one chunk whatever
    the number of rows. `on_written` hears how many rows each chunk had.
    """
    total = 0
    with transaction():
        for rows in _chunks(_rows(since).iterator(chunk_size=CHUNK_ROWS)):
            writer.write(rows)
            total += len(rows)
            on_written(len(rows))
    writer.finish()
    return total


def export_offer_events_as_ndjson(*, since: datetime, output: BinaryIO, on_written: Callable[[int], object]) -> int:
    """The same as NDJSON, the format of large amounts, straight out of COPY."""
    return copy_ndjson(
        output,
        columns=COLUMNS,
        spellings=_SPELLINGS,
        source=_SOURCE,
        parameters={"since": since},
        on_written=on_written,
    )


def count_offer_events(*, since: datetime) -> int:
    """How many rows an export is about to write; for the progress bar, so a few more may arrive meanwhile."""
    return OfferEvent.objects.filter(created_at__gte=since).count()


def _rows(since: datetime) -> Any:
    """The rows as the writers take them: ids as text, metadata as the text of its JSON."""
    return (
        OfferEvent.objects.filter(created_at__gte=since)
        .order_by("-created_at", "-id")
        .values_list(
            Cast("id", CharField()),
            "created_at",
            "offer_slug",
            "target_slug",
            "event_type",
            "action",
            "cart_total",
            "currency",
            "order_reference",
            Cast("metadata", TextField()),
        )
    )


def _chunks(rows: Iterator[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    while chunk := list(islice(rows, CHUNK_ROWS)):
        yield chunk
