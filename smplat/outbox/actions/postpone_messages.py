"""Put claimed messages back without an attempt."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection

from smplat.db import transaction
from smplat.outbox.models import Message
from smplat.outbox.settle import redact

HELD_UP: Final = "Not tried, because one before it failed: "

# Locked in the order of ids, as an erasure locks a person's messages.
POSTPONE = """
WITH held AS MATERIALIZED (
    SELECT message.id, later.due_at
    FROM outbox_message AS message
    JOIN unnest(%(ids)s::uuid[], %(leases)s::uuid[], %(due)s::timestamptz[]) AS later (id, lease_id, due_at)
        USING (id, lease_id)
    WHERE message.id = ANY(%(ids)s::uuid[]) AND message.attempt_started_at IS NULL
    ORDER BY message.id
    FOR UPDATE OF message
)
UPDATE outbox_message AS message
SET state = 'pending', due_at = held.due_at, lease_id = NULL, lease_until = NULL,
    last_error = COALESCE(NULLIF(%(because)s, ''), message.last_error)
FROM held WHERE message.id = held.id
RETURNING message.id
"""


def postpone_messages(*, postponed: Sequence[tuple[Message, datetime]], because: str = "") -> int:
    """Release each message to its new due time, if its lease is still ours; answers how many were.

    No attempt is counted: nothing was tried. What holds them up, if anything does, is written down as their last error.
    """
    if not postponed:
        return 0
    parameters: dict[str, Any] = {
        "ids": [message.pk for message, _ in postponed],
        "leases": [message.lease_id for message, _ in postponed],
        "due": [due_at for _, due_at in postponed],
        "because": redact(f"{HELD_UP}{because}") if because else "",
    }
    with transaction(), connection.cursor() as cursor:
        cursor.execute(POSTPONE, parameters)
        return len(cursor.fetchall())
