"""What analytics tells the first page of the console."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Sum
from django.urls import reverse

from analytics.models import LedgerHour, OfferRollup, QuarantinedEvent, QuarantineState
from analytics.vocabulary import STAGE_OF_EVENT_TYPE, FunnelStage
from smplat.console.attention import AttentionContext, Card, Severity
from smplat.console.counting import count_up_to
from smplat.console.overview import Figure
from smplat.console.templatetags.console import percent, thousands

# An event that waits longer will be missing from yesterday's reports.
WAITING_TOO_LONG: Final = timedelta(hours=24)
_HOUR: Final = timedelta(hours=1)


def quarantined_events(context: AttentionContext) -> Iterator[Card]:
    """Quarantined offer events."""
    waiting = QuarantinedEvent.objects.filter(state=QuarantineState.PENDING)
    oldest = waiting.order_by("created_at", "id").values_list("created_at", flat=True).first()
    if oldest is None:
        return
    found = count_up_to(waiting)
    yield Card(
        title="Offer events in quarantine",
        count=found.count,
        is_lower_bound=found.is_lower_bound,
        detail="Refused at ingest and kept byte for byte: correct and replay them, or discard them with a reason.",
        url=f"{reverse('admin:analytics_quarantinedevent_changelist')}?state__exact={QuarantineState.PENDING}",
        severity=Severity.WARNING if context.now - oldest > WAITING_TOO_LONG else Severity.NOTICE,
        oldest_at=oldest,
        permission="analytics.view_quarantinedevent",
    )


def differing_ledger_hours(_context: AttentionContext) -> Iterator[Card]:
    """Hours whose receipts and tables differ."""
    differing = LedgerHour.objects.filter(is_balanced=False)
    latest = differing.order_by("-hour").first()
    if latest is None:
        return
    oldest = differing.order_by("hour").values_list("hour", flat=True).first()
    yield Card(
        title="Hours of the ingest that do not add up",
        count=differing.count(),
        detail=f"{latest.hour:%Y-%m-%d %H:%M} UTC: {latest.difference}",
        url=reverse("admin:analytics_ledger"),
        severity=Severity.CRITICAL,
        oldest_at=oldest,
        permission="analytics.view_ingestreceipt",
    )


def last_hour(now: datetime) -> Iterator[Figure]:
    """Offer events of the last hour, out of the rollups."""
    buckets = OfferRollup.objects.filter(bucket__gt=now - _HOUR, bucket__lte=now)
    counts = dict(buckets.values_list("event_type").annotate(Sum("event_count")).order_by())
    stages = dict.fromkeys(FunnelStage, 0)
    for event_type, count in counts.items():
        if stage := STAGE_OF_EVENT_TYPE.get(event_type):
            stages[stage] += count
    url, permission = reverse("admin:analytics_funnel"), "analytics.view_offerevent"
    seen = stages[FunnelStage.IMPRESSIONS]
    yield Figure(
        title="Offer events in the last hour", value=thousands(sum(counts.values())), url=url, permission=permission
    )
    for stage, title in (
        (FunnelStage.CLICKS, "Clicks in the last hour"),
        (FunnelStage.ACCEPTS, "Accepts in the last hour"),
    ):
        share = percent(stages[stage] / seen) if seen else "no impressions"
        detail = f"{share} of impressions" if seen else share
        yield Figure(title=title, value=thousands(stages[stage]), detail=detail, permission=permission)
