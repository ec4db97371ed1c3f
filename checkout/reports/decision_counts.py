"""Why and why not: the decisions of a time, by what was done and for which reason."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max

from checkout.models import RecoveryAction, RecoveryDecision


@dataclass(frozen=True)
class DecisionCount:
    """How often one thing was decided for one reason."""

    action: str
    reason: str
    decisions: int
    # Different orders among them.
    orders: int
    latest_at: datetime


def count_decisions(*, since: datetime, until: datetime) -> list[DecisionCount]:
    """Decisions from `since` until before `until`, the most frequent first (index decisions_by_time)."""
    made = RecoveryDecision.objects.filter(decided_at__gte=since, decided_at__lt=until)
    rows = made.values_list("action", "reason").annotate(
        decisions=Count("pk"), orders=Count("order", distinct=True), latest_at=Max("decided_at")
    )
    return [
        DecisionCount(RecoveryAction(action).label, reason, decisions, orders, latest_at)
        for action, reason, decisions, orders, latest_at in rows.order_by("-decisions", "action", "reason")
    ]
