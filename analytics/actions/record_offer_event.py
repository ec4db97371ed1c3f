"""Store one offer event, at most once for each `event_id`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from analytics.event_rows import COLUMN_LIST, COLUMNS, row_of
from analytics.models import ReceiptKind
from analytics.partition_errors import missing_partition_is_unavailable
from analytics.rules.offer_event import OfferEventFacts
from smplat.ids import new_id

_VALUES: Final = ", ".join(f"%({column})s" for column in COLUMNS)

INSERT_EVENT: Final = f"INSERT INTO checkout_offer_events ({COLUMN_LIST}) VALUES ({_VALUES})"  # noqa: S608 - constants

# One statement is one transaction, and one round trip. DO UPDATE rather than DO NOTHING: it waits for a concurrent first
# one to commit and returns its row, where DO NOTHING would return none.
INSERT_EVENT_ONCE: Final = f"""
WITH claim AS (
    INSERT INTO analytics_offer_event_keys AS known (event_id, id, created_at)
    VALUES (%(event_id)s, %(id)s, %(created_at)s)
    ON CONFLICT (event_id) DO UPDATE SET event_id = excluded.event_id
    RETURNING known.id, known.created_at
), event AS (
    INSERT INTO checkout_offer_events ({COLUMN_LIST})
    SELECT {_VALUES} FROM claim WHERE claim.id = %(id)s
), receipt AS (
    INSERT INTO analytics_ingest_receipts
        (id, created_at, kind, received, accepted, duplicate, quarantined, refused, code, request_id, client_id)
    SELECT %(id)s, %(created_at)s, '{ReceiptKind.SINGLE.value}', 1, 0, 1, 0, 0, '', %(request_id)s, %(client_id)s
    FROM claim WHERE claim.id <> %(id)s
)
SELECT id, created_at FROM claim
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Recorded:
    """The stored event: this one, or the first one of the same `event_id`."""

    id: UUID
    created_at: datetime
    is_duplicate: bool


def record_offer_event(
    *, facts: OfferEventFacts, now: datetime, client_id: int | None = None, request_id: str = ""
) -> Recorded:
    """Store the event, committed when this returns; a repeated `event_id` leaves only a receipt.

    The statement itself is the transaction: nothing is opened around it, for the sake of one round trip.

    Raises:
        NoPartition: the month of `now` has no partition.
    """
    row_id = new_id()
    row = row_of(facts, row_id=row_id, created_at=now, receipt_id=None, client_id=client_id)
    parameters = dict(zip(COLUMNS, row, strict=True))
    with missing_partition_is_unavailable(), connection.cursor() as cursor:
        if facts.event_id is None:
            cursor.execute(INSERT_EVENT, parameters)
            return Recorded(id=row_id, created_at=now, is_duplicate=False)
        cursor.execute(INSERT_EVENT_ONCE, parameters | {"request_id": request_id})
        stored_id, created_at = cursor.fetchone()
    return Recorded(id=stored_id, created_at=created_at, is_duplicate=stored_id != row_id)
