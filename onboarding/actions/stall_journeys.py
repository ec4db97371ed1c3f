"""Journeys in which nothing moves are marked as stalled."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from onboarding.clock_batches import STALLS, Batch, Named, work_through
from onboarding.journeys import write_journey_status
from onboarding.models import Journey
from onboarding.policies import get_policy_row
from onboarding.stalls import StallReason, stalled_journeys
from onboarding.states import JourneyStatus
from smplat.bulk_rows import among
from smplat.db import transaction
from smplat.operations.set_aside import not_set_aside


def stall_journeys(*, reason: StallReason, limit: int, now: datetime) -> Batch:
    """Mark at most `limit` journeys, each with its event. What somebody else holds is passed over.

    A journey that cannot be marked is set aside.
    """
    with transaction():
        found = stalled_journeys(reason, policy=get_policy_row(), now=now)
        due = not_set_aside(found, sweep=STALLS, now=now).order_by("last_progress_at", "id")
        locked = due.select_for_update(skip_locked=True, no_key=True)
        names = locked.values_list("id", "id", "order__order_number")[:limit]

        def mark(ids: Sequence[UUID]) -> int:
            held = list(among(Journey.objects.order_by("last_progress_at", "id"), "id", ids))
            for journey in held:
                write_journey_status(journey=journey, status=JourneyStatus.STALLED, reason=reason, at=now)
                journey.updated_at = now
            return Journey.objects.bulk_update(held, ["status", "stalled_at", "updated_at"])

        return work_through(mark, rows=[Named(*row) for row in names], part=STALLS, now=now)
