"""The figures above the journey list; each leads to the journeys it counts."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from onboarding.at_risk import at_risk, awaited_artifacts, overdue_tasks
from onboarding.models import Journey
from onboarding.states import JourneyStatus, RiskLevel
from smplat.console.counting import count_up_to

# Rows that a figure reads at most, so that the page does not grow with the store: beyond that it says "and more".
COUNTED_UP_TO = 10_000
# The same of a figure whose rows are looked up one by one instead of read off an index.
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
    journeys = Journey.objects.all()
    is_open = journeys.exclude(status=JourneyStatus.COMPLETED)
    late, awaited = overdue_tasks(now=now).values("journey"), awaited_artifacts().values("journey")
    return [
        _total("Active", journeys.filter(status=JourneyStatus.ACTIVE), "status__exact=active", COUNTED_UP_TO),
        _total("Stalled", journeys.filter(status=JourneyStatus.STALLED), "status__exact=stalled", COUNTED_UP_TO),
        _total("Completed", journeys.filter(status=JourneyStatus.COMPLETED), "status__exact=completed", COUNTED_UP_TO),
        _total("High risk", journeys.filter(at_risk(RiskLevel.HIGH, now=now)), "risk=high", SEARCHED_UP_TO),
        _total("Overdue", is_open.filter(pk__in=late), "waits=overdue", SEARCHED_UP_TO),
        _total("Awaiting artifacts", is_open.filter(pk__in=awaited), "waits=artifact", SEARCHED_UP_TO),
        _total("With a referral", journeys.exclude(referral_code=""), "referral=yes", COUNTED_UP_TO),
    ]


def _total(title: str, found: QuerySet[Journey], query: str, limit: int) -> Total:
    return Total(title=title, value=str(count_up_to(found, limit=limit)), url=f"{reverse(LIST)}?{query}")
