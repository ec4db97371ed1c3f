"""Receipts of idempotent requests are forgotten once no client retries any more."""

from datetime import datetime, timedelta
from typing import Final

from smplat.api.models import IdempotencyReceipt
from smplat.db import transaction

# Longer than any storefront's retry queue; a key used again after that is a new request.
RETENTION: Final = timedelta(days=2)


def drop_old_receipts(*, now: datetime) -> int:
    """Delete what is older than the retention and say how many rows that were; a second run finds none."""
    with transaction() as keep:
        deleted, _ = IdempotencyReceipt.objects.filter(created_at__lt=now - RETENTION).delete()
        return keep(deleted)
