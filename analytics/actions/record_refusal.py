"""Keep the books of what was not taken in: events that were refused with their request."""

from datetime import datetime
from uuid import UUID

from analytics.models import IngestReceipt, ReceiptKind
from analytics.partition_errors import missing_partition_is_unavailable
from smplat.ids import new_id


def record_refusal(
    *, kind: ReceiptKind, code: str, received: int, now: datetime, client_id: int | None = None, request_id: str = ""
) -> UUID:
    """Write the receipt of a refused request and return its id; `received` is 0 where its events cannot be counted.

    One statement, so one transaction.

    Raises:
        NoPartition: the month of `now` has no partition.
    """
    with missing_partition_is_unavailable():
        receipt = IngestReceipt.objects.create(
            id=new_id(),
            created_at=now,
            kind=kind,
            received=received,
            refused=received,
            code=code,
            request_id=request_id,
            client_id=client_id,
        )
    return receipt.id
