"""What analytics answers for in readiness."""

from datetime import datetime
from typing import Final

from django.db.models import Max

from analytics.models import LedgerHour
from analytics.partitions import PARTITIONED, months_of
from analytics.rules.months import count_ahead
from smplat.operations import readiness
from smplat.operations.readiness import Component, Status

# The task keeps three ahead; below two it has failed for a month.
ENOUGH_AHEAD: Final = 2
HOURS_NAMED: Final = 3


def register() -> None:
    """Called once, when the app is ready."""
    readiness.register("offer_event_partitions", check_partitions)
    readiness.register("offer_event_ledger", check_ledger_balance)


def check_partitions(now: datetime) -> Component:
    """Whether events of the coming months find a partition."""
    ahead = min(count_ahead(months_of(table), now=now) for table in PARTITIONED)
    if ahead < 0:
        return Component(status=Status.ERROR, detail="The partition of this month is missing: events are refused.")
    detail = f"{ahead} months ahead."
    return Component(status=Status.READY if ahead >= ENOUGH_AHEAD else Status.DEGRADED, detail=detail)


def check_ledger_balance(now: datetime) -> Component:  # noqa: ARG001 - the signature of checks
    """Whether receipts and tables agreed when they were last compared."""
    checked_at = LedgerHour.objects.aggregate(last=Max("checked_at"))["last"]
    if checked_at is None:
        return Component(status=Status.STARTING, detail="Not checked yet.")
    differing = list(LedgerHour.objects.filter(is_balanced=False).order_by("-hour")[: HOURS_NAMED + 1])
    if not differing:
        return Component(status=Status.READY, detail="Balanced.", last_success_at=checked_at)
    named = "; ".join(f"{hour.hour:%Y-%m-%d %H:%M} UTC: {hour.difference}" for hour in differing[:HOURS_NAMED])
    more = " and earlier ones" if len(differing) > HOURS_NAMED else ""
    return Component(
        status=Status.DEGRADED,
        detail=f"Receipts and tables differ in {named}{more}.",
        last_error_at=differing[0].checked_at,
        last_error=differing[0].difference,
    )
