"""The figures above the journey list; each leads to the journeys it counts."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from onboarding.at_risk import at_risk, awaited_artifacts, overdue_tasks
from onboarding.models import Journey
from onboarding.queries.journeys import count_journeys
from onboarding.states import JourneyStatus, RiskLevel
from smplat.console.counting import count_up_to
from smplat.console.templatetags.console import thousands

# Rows that a figure which is searched for reads at most; beyond that it says "and more".
SEARCHED_UP_TO = 1_000
LIST = "admin:onboarding_journey_changelist"


@dataclass(frozen=True)
class Total:
    """One figure."""

    title: str
    value: str
    url: str


def read_totals(*, now: datetime) -> list[Total]:
    """How many journeys stand how, whatever the list is filtered by."""
    counts, searched = count_journeys(), Journey.objects.all()
    is_open = searched.exclude(status=JourneyStatus.COMPLETED)
    late, awaited = overdue_tasks(now=now).values("journey"), awaited_artifacts().values("journey")
    return [
        _counted("Active", counts.active, "status__exact=active"),
        _counted("Stalled", counts.stalled, "status__exact=stalled"),
        _counted("Completed", counts.completed, "status__exact=completed"),
        _searched("High risk", searched.filter(at_risk(RiskLevel.HIGH, now=now)), "risk=high"),
        _searched("Overdue", is_open.filter(pk__in=late), "waits=overdue"),
        _searched("Awaiting artifacts", is_open.filter(pk__in=awaited), "waits=artifact"),
        _counted("With a referral", counts.with_referrals, "referral=yes"),
    ]


def _counted(title: str, count: int, query: str) -> Total:
    return Total(title=title, value=thousands(count), url=f"{reverse(LIST)}?{query}")


def _searched(title: str, found: QuerySet[Journey], query: str) -> Total:
    counted = count_up_to(found, limit=SEARCHED_UP_TO)
    more = "+" if counted.is_lower_bound else ""
    return Total(title=title, value=f"{thousands(counted.count)}{more}", url=f"{reverse(LIST)}?{query}")
