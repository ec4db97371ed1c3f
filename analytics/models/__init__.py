"""Django finds a domain's tables here; each module says what its tables are for."""

from analytics.models.events import OfferEvent, OfferEventKey
from analytics.models.ledger import IngestReceipt, LedgerHour, ReceiptKind
from analytics.models.partitions import DroppedPartition
from analytics.models.quarantine import EventForm, QuarantinedEvent, QuarantineState
from analytics.models.rollups import OfferRollup, OfferRollupAmount, OfferRollupOrder, RollupCursor

__all__ = [
    "DroppedPartition",
    "EventForm",
    "IngestReceipt",
    "LedgerHour",
    "OfferEvent",
    "OfferEventKey",
    "OfferRollup",
    "OfferRollupAmount",
    "OfferRollupOrder",
    "QuarantineState",
    "QuarantinedEvent",
    "ReceiptKind",
    "RollupCursor",
]
