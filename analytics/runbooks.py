"""The steps of docs/runbooks/analytics-event-logging.md. All of them only look."""

from datetime import timedelta
from typing import Final

from django.db.models import Count, Max, Min

from analytics.actions.check_ledger import check_ledger
from analytics.components import check_partitions
from analytics.models import OfferEvent, QuarantinedEvent
from analytics.models.quarantine import QuarantineState
from analytics.queries.offer_funnel import find_freshness
from analytics.switches import INGEST
from smplat.operations import switches
from smplat.operations.readiness import Status
from smplat.operations.runbooks import StepContext, StepResult, step

# A shop is quiet at night; by day a quarter of an hour without one impression is an outage.
QUIET_TOO_LONG: Final = timedelta(minutes=15)
# The fold runs every minute.
FOLDS_LATE_AFTER: Final = timedelta(minutes=5)
CODES_NAMED: Final = 10


@step("analytics.check-arrivals", title="Do events arrive?")
def check_arrivals(context: StepContext) -> StepResult:
    """Reads one partition's index: the latest event of the last day."""
    latest = OfferEvent.objects.filter(created_at__gt=context.now - timedelta(days=1)).aggregate(
        last=Max("created_at")
    )["last"]
    ingest = "on" if switches.is_on(INGEST.name) else "off"
    if latest is None:
        return StepResult(ok=False, summary=f"None for a day; the ingest is {ingest}.", evidence={"ingest": ingest})
    age = context.now - latest
    return StepResult(
        ok=age <= QUIET_TOO_LONG,
        summary=f"The latest came {age.total_seconds():.0f} seconds ago; the ingest is {ingest}.",
        evidence={"latest_at": latest.isoformat(), "ingest": ingest},
    )


@step("analytics.check-ledger", title="Do receipts and tables agree?")
def check_receipts(context: StepContext) -> StepResult:
    """Compares the last day anew; the verdicts themselves are rolled back."""
    checked = check_ledger(now=context.now)
    differing = {verdict.hour.isoformat(): verdict.difference for verdict in checked.differing}
    summary = f"{checked.hours} hours compared, {len(differing)} differ."
    return StepResult(ok=checked.is_balanced, summary=summary, evidence=differing)


@step("analytics.check-quarantine", title="What waits in quarantine?")
def check_quarantine(_context: StepContext) -> StepResult:
    """Reads the index of waiting events."""
    waiting = QuarantinedEvent.objects.filter(state=QuarantineState.PENDING)
    codes = waiting.values("code").annotate(events=Count("pk"), oldest=Min("created_at")).order_by("-events", "code")
    named = {row["code"]: f"{row['events']}, oldest {row['oldest']:%Y-%m-%d %H:%M} UTC" for row in codes[:CODES_NAMED]}
    summary = f"Waiting: {', '.join(named)}." if named else "Nothing waits."
    return StepResult(ok=not named, summary=summary, evidence=named)


@step("analytics.check-partitions", title="Are partitions there ahead of time?")
def check_partitions_ahead(context: StepContext) -> StepResult:
    """The verdict of readiness."""
    component = check_partitions(context.now)
    return StepResult(ok=component.status is Status.READY, summary=component.detail or component.status)


@step("analytics.check-rollups", title="Do the figures follow the events?")
def check_rollups(context: StepContext) -> StepResult:
    """When the rollups last moved and how many events they still lack."""
    freshness = find_freshness()
    late = freshness.folded_at is None or context.now - freshness.folded_at > FOLDS_LATE_AFTER
    moved = f"{freshness.folded_at:%Y-%m-%d %H:%M:%S} UTC" if freshness.folded_at else "never"
    return StepResult(
        ok=not (late and freshness.waiting.count),
        summary=f"Last moved {moved}, {freshness.waiting} events wait.",
        evidence={"folded_at": moved, "waiting": str(freshness.waiting)},
    )
