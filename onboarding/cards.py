"""What the onboarding tells the first page of the console."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from onboarding.at_risk import at_risk, awaited_artifacts, overdue_tasks
from onboarding.models import Journey
from onboarding.states import JourneyStatus, RiskLevel
from smplat.console.attention import AttentionContext, Card, Severity
from smplat.console.counting import count_up_to

PERMISSION = "onboarding.view_journey"


def overdue_onboarding(context: AttentionContext) -> Iterator[Card]:
    """Overdue onboarding tasks."""
    late = overdue_tasks(now=context.now)
    yield from _card(
        title="Overdue onboarding tasks",
        detail="A due time has passed: remind the client, take the task over, or move the time.",
        found=late,
        since="due_at",
        query="waits=overdue",
        severity=Severity.WARNING,
    )


def journeys_at_risk(context: AttentionContext) -> Iterator[Card]:
    """Onboarding journeys at risk."""
    left_alone = Journey.objects.filter(at_risk(RiskLevel.HIGH, now=context.now))
    yield from _card(
        title="Onboarding journeys at high risk",
        detail="Stalled, or nobody has touched them for three days.",
        found=left_alone,
        since="last_touch_at",
        query="risk=high",
        severity=Severity.WARNING,
    )


def artifacts_awaited(context: AttentionContext) -> Iterator[Card]:  # noqa: ARG001 - the registry's signature
    """Artifacts that clients have not handed in."""
    awaited = awaited_artifacts().exclude(journey__status=JourneyStatus.COMPLETED)
    yield from _card(
        title="Artifacts not handed in",
        detail="Files or access that we asked clients for and need to begin.",
        found=awaited,
        since="created_at",
        query="waits=artifact",
        severity=Severity.NOTICE,
    )


def _card(
    *, title: str, detail: str, found: QuerySet[Any], since: str, query: str, severity: Severity
) -> Iterator[Card]:
    """A card when something was found; `since` is indexed, so that the oldest is read and not searched for."""
    oldest_at = found.order_by(since).values_list(since, flat=True).first()
    if oldest_at is None:
        return
    counted = count_up_to(found)
    yield Card(
        title=title,
        count=counted.count,
        is_lower_bound=counted.is_lower_bound,
        detail=detail,
        url=f"{reverse('admin:onboarding_journey_changelist')}?{query}",
        severity=severity,
        oldest_at=oldest_at,
        permission=PERMISSION,
    )
