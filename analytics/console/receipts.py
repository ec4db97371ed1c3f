"""What the receipts of the ingest add up to, hour by hour."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Sum
from django.db.models.functions import TruncHour

from analytics.models import IngestReceipt, LedgerHour
from smplat import clock
from smplat.console.pages import ConsolePage

LEDGER_HOURS = 48
SUMS = ("received", "accepted", "duplicate", "quarantined", "refused")


class LedgerPage(ConsolePage):
    """What came in and what became of it, by hour of receipt."""

    path = "analytics/ledger/"
    name = "analytics_ledger"
    title = "Ingest ledger"
    permission = "analytics.view_ingestreceipt"
    template_name = "analytics/ledger.html"

    def get_page(self) -> dict[str, Any]:
        since = clock.now() - timedelta(hours=LEDGER_HOURS)
        verdicts = {verdict.hour: verdict for verdict in LedgerHour.objects.filter(hour__gte=since)}
        hours = [(sums, verdicts.get(sums["hour"])) for sums in list_hours(since=since)]
        return {"hours": hours, "count": LEDGER_HOURS, "differing": LedgerHour.objects.filter(is_balanced=False)[:20]}


def list_hours(*, since: datetime) -> list[dict[str, Any]]:
    """Sums of receipts by hour, the latest first; hours without a receipt are left out."""
    receipts = IngestReceipt.objects.filter(created_at__gte=since).annotate(hour=TruncHour("created_at"))
    rows = receipts.values("hour").annotate(**{name: Sum(name) for name in SUMS}).order_by("-hour")
    return [dict(row) for row in rows]
