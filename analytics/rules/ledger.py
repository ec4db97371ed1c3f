"""The equations of the ledger: what receipts say of an hour must be what the tables hold of it.

Every count of an hour comes from one snapshot. An event, its key, its quarantine and its receipt are written in one
transaction and carry the same `created_at`, so the equations hold at every moment, not only after the hour has ended.
Single events without an `event_id` have no second account: their row is their receipt.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class HourBooks:
    """What both sides say of one hour."""

    hour: datetime
    accepted: int  # of batches and replays, by their receipts
    stored: int  # events that name a receipt
    differing_receipts: int  # receipts with another number of events, and events whose receipt is missing
    quarantined: int  # by receipts
    set_aside: int  # rows of the quarantine received in the hour
    replays: int  # receipts of replays
    replayed: int  # rows of the quarantine replayed in the hour
    keyed_events: int  # events with an event_id
    keys: int  # their keys


def find_differences(books: HourBooks) -> list[str]:
    """A sentence for each equation that does not hold."""
    equations = (
        ("receipts accepted", books.accepted, "events under receipts", books.stored),
        ("receipts quarantined", books.quarantined, "quarantined events", books.set_aside),
        ("receipts of replays", books.replays, "replayed events in quarantine", books.replayed),
        ("events with an event_id", books.keyed_events, "event keys", books.keys),
    )
    found = [f"{one} {left:,}, {other} {right:,}" for one, left, other, right in equations if left != right]
    if books.differing_receipts:
        found.append(f"receipts that differ from their events {books.differing_receipts:,}")
    return found
