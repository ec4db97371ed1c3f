"""Retention of what is not partitioned: keys of events, decided quarantine, old verdicts of the ledger."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import QuerySet

from analytics.models import LedgerHour, OfferEventKey, QuarantinedEvent
from smplat import db

# A key must outlive every moment at which its event could still be sent and taken for new: retention, counted from
# occurred_at, which may be minutes after created_at; the rest is room for clocks.
KEYS_KEPT_LONGER: Final = timedelta(days=7)
BATCH: Final = 10_000


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows went; `is_complete` says that none are left to go."""

    keys: int
    quarantined: int
    hours: int
    is_complete: bool


def purge_offer_event_keys(*, now: datetime, retention: timedelta, batch: int = BATCH) -> Purged:
    """Remove up to `batch` rows of each kind that are older than retention, in one short transaction."""
    kept_since = now - retention - KEYS_KEPT_LONGER
    with db.transaction():
        keys = _delete(OfferEventKey.objects.filter(created_at__lt=kept_since).order_by("created_at"), batch)
        decided = QuarantinedEvent.objects.exclude(state="pending").filter(resolved_at__lt=kept_since)
        quarantined = _delete(decided.order_by("resolved_at"), batch)
        hours = _delete(LedgerHour.objects.filter(hour__lt=kept_since, is_balanced=True).order_by("hour"), batch)
    return Purged(keys, quarantined, hours, is_complete=max(keys, quarantined, hours) < batch)


def _delete(rows: QuerySet[Any], most: int) -> int:
    return int(rows.model._default_manager.filter(pk__in=rows.values("pk")[:most]).delete()[0])  # noqa: SLF001 - Django's documented name
