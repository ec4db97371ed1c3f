"""Remove text and address of messages that came to rest."""

from datetime import datetime, timedelta

from smplat.db import transaction
from smplat.outbox.choices import AT_REST
from smplat.outbox.models import Message

# One short transaction.
BATCH = 2_000


def purge_payloads(*, older_than: timedelta, now: datetime) -> int:
    """Empty payload and recipient of one batch of old messages; answers how many.

    The row stays: its key keeps guarding against a repeat, its log is evidence. Twice is once.
    """
    with transaction():
        old = Message.objects.filter(state__in=AT_REST, purged_at__isnull=True, created_at__lt=now - older_than)
        chosen = list(
            old.order_by("created_at").select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH]
        )
        return Message.objects.filter(pk__in=chosen).update(payload={}, recipient="", last_error="", purged_at=now)
