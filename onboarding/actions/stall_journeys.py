"""Journeys in which nothing moves are marked as stalled."""

from datetime import datetime

from onboarding.journeys import write_journey_status
from onboarding.models import Journey
from onboarding.policies import get_policy_row
from onboarding.stalls import StallReason, stalled_journeys
from onboarding.states import JourneyStatus
from smplat.db import transaction


def stall_journeys(*, reason: StallReason, limit: int, now: datetime) -> int:
    """Mark at most `limit` journeys, each with its event; returns how many. What somebody else holds is passed over."""
    with transaction():
        found = stalled_journeys(reason, policy=get_policy_row(), now=now).order_by("last_progress_at", "id")
        held = list(found.select_for_update(skip_locked=True, no_key=True, of=("self",))[:limit])
        for journey in held:
            write_journey_status(journey=journey, status=JourneyStatus.STALLED, reason=reason, at=now)
            journey.updated_at = now
        Journey.objects.bulk_update(held, ["status", "stalled_at", "updated_at"])
        return len(held)
