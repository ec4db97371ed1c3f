"""How the facts of events become rows: the same for one event, a batch, and a replay out of the quarantine."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection
from msgspec import Struct, to_builtins

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

# Keys come in the order of event_id, so that two batches with the same events wait for each other instead of
# deadlocking. Nearly every batch is new, and then this cheaper statement is all: it stores every key, or fewer.
CLAIM_NEW_KEYS: Final = """
INSERT INTO analytics_offer_event_keys (event_id, id, created_at)
SELECT event_id, id, %s FROM unnest(%s::uuid[], %s::uuid[]) AS sent (event_id, id) ORDER BY event_id
ON CONFLICT (event_id) DO NOTHING
"""
# Answers those that somebody else had claimed before. DO UPDATE rather than DO NOTHING: it waits for a concurrent
# first one to commit and returns its row, where DO NOTHING would return none.
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

# COPY's text format: no value, and the characters that would end a value or a row.
_NULL: Final = "\\N"
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class NewEvent(Struct, frozen=True, gc=False):
    """An acceptable event, its place in its batch, and the id its row will get."""

    place: int
    row_id: str  # hexadecimal digits
    facts: OfferEventFacts


class Claimed(NamedTuple):
    """Which events are to be stored, and which repeat the event whose id stands beside them."""

    fresh: Sequence[NewEvent]
    repeated: Sequence[tuple[NewEvent, UUID]]


def row_of(
    facts: OfferEventFacts, *, row_id: UUID, created_at: datetime, receipt_id: UUID | None, client_id: int | None
) -> tuple[Any, ...]:
    """The values of COLUMNS."""
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


def claim_keys(events: Sequence[NewEvent], *, now: datetime) -> Claimed:
    """Claim the event_id of each: an event repeats the first of these with its event_id, or one stored before.

    Waits for concurrent transactions that claim the same ones. Needs an open transaction.
    """
    db.require_transaction()
    first: dict[UUID, NewEvent] = {}
    without_id = 0
    for event in events:
        if event.facts.event_id is None:
            without_id += 1
        else:
            first.setdefault(event.facts.event_id, event)
    taken = _claim(first.values(), now=now) if first else {}
    if not taken and len(first) + without_id == len(events):
        return Claimed(events, ())
    owners = {event_id: taken.get(event_id) or UUID(event.row_id) for event_id, event in first.items()}
    fresh, repeated = [], []
    for event in events:
        event_id = event.facts.event_id
        if event_id is None or (first[event_id] is event and event_id not in taken):
            fresh.append(event)
        else:
            repeated.append((event, owners[event_id]))
    return Claimed(fresh, repeated)


def _claim(events: Collection[NewEvent], *, now: datetime) -> Mapping[UUID, UUID]:
    """Write the keys of events with different ones; answer for each event_id that was there already the id of its event."""
    # Array literals: a list of objects would take the driver longer than the statement takes.
    event_ids = "{" + ",".join([event.facts.event_id.hex for event in events if event.facts.event_id]) + "}"
    ids = "{" + ",".join([event.row_id for event in events]) + "}"
    with connection.cursor() as cursor:
        cursor.execute(CLAIM_NEW_KEYS, [now, event_ids, ids])
        if cursor.rowcount == len(events):
            return {}
        cursor.execute(CLAIM_KEYS, [event_ids, ids, now])
        return dict(cursor.fetchall())


def copy_events(events: Sequence[NewEvent], *, now: datetime, receipt_id: UUID, client_id: int | None) -> None:
    """Store the events under their receipt. Needs an open transaction."""
    db.require_transaction()
    if not events:
        return
    # The rows are spelled here: the driver takes twice as long to look at each of their values.
    created_at = now.isoformat()
    last = f"{receipt_id.hex}\t{_NULL if client_id is None else client_id}\n"
    rows = "".join([f"{event.row_id}\t{created_at}\t{_spell(event.facts, created_at)}{last}" for event in events])
    # Django translates the errors of execute(), not those of copy().
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(COPY_EVENTS) as copy:
        copy.write(rows)


def _spell(facts: OfferEventFacts, created_at: str) -> str:
    """The columns that the client decides about, from occurred_at to event_id, in COPY's text format."""
    offer_slug, target_slug, event_type = facts.offer_slug, facts.target_slug, facts.event_type
    action, currency, order_reference = facts.action, facts.currency, facts.order_reference
    metadata = facts.metadata
    texts = f"{offer_slug}{target_slug}{event_type}{action}{currency}{order_reference}{metadata}"
    if "\\" in texts or not texts.isprintable():
        offer_slug, event_type = offer_slug.translate(_ESCAPES), event_type.translate(_ESCAPES)
        target_slug, action, currency, order_reference, metadata = (
            text and text.translate(_ESCAPES) for text in (target_slug, action, currency, order_reference, metadata)
        )
    # to_builtins() spells a moment, and str() an amount, in a tenth of the time that isoformat() and format() take.
    return (
        f"{created_at if facts.occurred_at is None else to_builtins(facts.occurred_at)}\t"
        f"{offer_slug}\t"
        f"{_NULL if target_slug is None else target_slug}\t"
        f"{event_type}\t"
        f"{_NULL if action is None else action}\t"
        f"{_NULL if facts.cart_total is None else str(facts.cart_total)}\t"
        f"{_NULL if currency is None else currency}\t"
        f"{_NULL if order_reference is None else order_reference}\t"
        f"{_NULL if metadata is None else metadata}\t"
        f"{_NULL if facts.event_id is None else facts.event_id.hex}\t"
    )
