"""Take a person's words out of answers that are kept for retries."""

from uuid import UUID

from smplat.api.models import IdempotencyReceipt
from smplat.db import require_transaction


def redact_receipts(*, mentioning: UUID, instead: str) -> int:
    """Replace every kept answer about this thing by `instead`, in the caller's transaction; says how many there were.

    The receipts stay, so that a late retry still does nothing twice. Receipts live for days only, so reading them all is
    cheap enough. Twice is once.
    """
    require_transaction()
    kept = IdempotencyReceipt.objects.filter(body__contains=str(mentioning)).exclude(body=instead)
    return kept.update(body=instead)
