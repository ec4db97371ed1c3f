"""The figures above the journey list; each leads to the journeys it counts."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from onboarding.at_risk import at_risk, awaited_artifacts, overdue_tasks
from onboarding.models import Journey
from onboarding.states import JourneyStatus, RiskLevel
from smplat.console.counting import BoundedCount, count_up_to
from smplat.console.templatetags.console import thousands

# Index entries a figure reads at most; beyond that it says "more than".
COUNTED_UP_TO = 100_000


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
    return [
        _total("Active", journeys.filter(status=JourneyStatus.ACTIVE), "status__exact=active"),
        _total("Stalled", journeys.filter(status=JourneyStatus.STALLED), "status__exact=stalled"),
        _total("Completed", journeys.filter(status=JourneyStatus.COMPLETED), "status__exact=completed"),
        _total("High risk", journeys.filter(at_risk(RiskLevel.HIGH, now=now)), "risk=high"),
        _total("Overdue", is_open.filter(pk__in=overdue_tasks(now=now).values("journey")), "waits=overdue"),
        _total(
            "Awaiting artifacts",
            is_open.filter(pk__in=awaited_artifacts().values("journey")),
            "waits=artifact",
        ),
        _total("With a referral", journeys.exclude(referral_code=""), "referral=yes"),
    ]


def _total(title: str, found: object, query: str) -> Total:
    counted: BoundedCount = count_up_to(found, limit=COUNTED_UP_TO)  # type: ignore[arg-type]
    more = "+" if counted.is_lower_bound else ""
    url = f"{reverse('admin:onboarding_journey_changelist')}?{query}"
    return Total(title=title, value=f"{thousands(counted.count)}{more}", url=url)
