"""How the facts of events become rows: the same for one event, a batch, and a replay out of the quarantine."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from analytics.rules.offer_event import OfferEventFacts
from smplat import db

# Every column but committed_in, which the database sets itself.
COLUMNS: Final = (
    "id",
    "created_at",
    "occurred_at",
    "offer_slug",
    "target_slug",
    "event_type",
    "action",
    "cart_total",
    "currency",
    "order_reference",
    "metadata",
    "event_id",
    "receipt_id",
    "client_id",
)
COLUMN_LIST: Final = ", ".join(COLUMNS)
COPY_EVENTS: Final = f"COPY checkout_offer_events ({COLUMN_LIST}) FROM STDIN"

# Claims come in the order of event_id, so that two batches with the same events wait for each other instead of
# deadlocking. Answers only those that somebody else had claimed before. DO UPDATE rather than DO NOTHING: it waits for
# a concurrent first one to commit and returns its row, where DO NOTHING would return none.
CLAIM_KEYS: Final = """
WITH sent AS (
    SELECT * FROM unnest(%s::uuid[], %s::uuid[]) AS sent (event_id, id)
), claim AS (
    INSERT INTO analytics_offer_event_keys AS known (event_id, id, created_at)
    SELECT event_id, id, %s FROM sent ORDER BY event_id
    ON CONFLICT (event_id) DO UPDATE SET event_id = excluded.event_id
    RETURNING known.event_id, known.id
)
SELECT claim.event_id, claim.id FROM claim JOIN sent USING (event_id) WHERE claim.id <> sent.id
"""

_SPELLED_OUT: Final = frozenset({UUID, datetime, Decimal})


class NewEvent(NamedTuple):
    """An acceptable event, its place in its batch, and the id its row will get."""

    place: int
    row_id: UUID
    facts: OfferEventFacts


def row_of(
    facts: OfferEventFacts,
    *,
    row_id: UUID | str,
    created_at: datetime | str,
    receipt_id: UUID | str | None,
    client_id: int | None,
) -> tuple[Any, ...]:
    """The values of COLUMNS; what is given as text stays text."""
    return (
        row_id,
        created_at,
        facts.occurred_at or created_at,
        facts.offer_slug,
        facts.target_slug,
        facts.event_type,
        facts.action,
        facts.cart_total,
        facts.currency,
        facts.order_reference,
        facts.metadata,
        facts.event_id,
        receipt_id,
        client_id,
    )


def claim_keys(events: Sequence[NewEvent], *, now: datetime) -> Mapping[UUID | None, UUID]:
    """For each event_id the id of the event that owns it: the first of these, or one stored before.

    Waits for concurrent transactions that claim the same ones. Needs an open transaction.
    """
    db.require_transaction()
    owners: dict[UUID | None, UUID] = {}
    for event in events:
        if event.facts.event_id is not None:
            owners.setdefault(event.facts.event_id, event.row_id)
    if owners:
        with connection.cursor() as cursor:
            cursor.execute(CLAIM_KEYS, [_array(owners), _array(owners.values()), now])
            owners.update(cursor.fetchall())
    return owners


def copy_events(events: Sequence[NewEvent], *, now: datetime, receipt_id: UUID, client_id: int | None) -> None:
    """Store the events under their receipt. Needs an open transaction."""
    db.require_transaction()
    if not events:
        return
    # Django translates the errors of execute(), not those of copy().
    # Text goes to PostgreSQL as it is; the driver takes five times as long over an object.
    created_at, receipt = now.isoformat(), receipt_id.hex
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(COPY_EVENTS) as copy:
        for event in events:
            row = row_of(
                event.facts, row_id=event.row_id.hex, created_at=created_at, receipt_id=receipt, client_id=client_id
            )
            copy.write_row([str(value) if type(value) in _SPELLED_OUT else value for value in row])


def _array(ids: Iterable[UUID | None]) -> str:
    """An array literal: a list of objects would take the driver longer than the statement takes."""
    return "{" + ",".join(row_id.hex for row_id in ids if row_id) + "}"
