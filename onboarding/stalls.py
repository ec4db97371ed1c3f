"""Which journeys count as stalled, in SQL; progress brings them back (onboarding.rules.progress)."""

from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Exists, OuterRef, QuerySet

from checkout.states import OrderStatus
from onboarding.models import Journey, NudgePolicy, Task
from onboarding.states import JourneyStatus, Side, TaskStatus


class StallReason(StrEnum):
    """Why a journey is stalled."""

    NOTHING_MOVED = "nothing-moved"  # no task or artifact changed for as long as the policy is patient
    NEVER_BEGUN = (
        "never-begun"  # the order is not paid and no task was ever begun (contract 3.3), for as long as idle takes
    )


def stalled_journeys(reason: StallReason, *, policy: NudgePolicy, now: datetime) -> QuerySet[Journey]:
    """Active journeys that have become stalled; never those in which it is nobody's turn."""
    active = Journey.objects.filter(status=JourneyStatus.ACTIVE).exclude(turn=Side.NOBODY)
    if reason is StallReason.NOTHING_MOVED:
        return active.filter(last_progress_at__lte=now - timedelta(hours=policy.stall_after_hours))
    begun = Task.objects.filter(journey=OuterRef("pk"), dropped_at__isnull=True).exclude(status=TaskStatus.PENDING)
    idle = active.filter(last_progress_at__lte=now - timedelta(hours=policy.idle_after_hours))
    return idle.filter(order__status=OrderStatus.PENDING).exclude(Exists(begun))
