"""Holds were placed or have ended: the turn of the journeys they concern follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from onboarding.cases import tasks_of
from onboarding.clock_batches import TURNS, Batch, Named, work_through
from onboarding.misplaced import misplaced_journeys
from onboarding.models import Journey
from onboarding.turns import pass_turns, turns_of
from smplat.bulk_rows import among
from smplat.db import transaction
from smplat.operations.set_aside import not_set_aside


@dataclass(frozen=True)
class Followed:
    """What became of one batch, and where the next one begins; None: that was the last."""

    batch: Batch
    last: UUID | None


def follow_holds(*, after: UUID | None, limit: int, now: datetime) -> Followed:
    """Give at most `limit` journeys the turn that the holds of this moment make it. The clock changes at `now`.

    Decided from holds, tasks and order as they are while the journey is held; repeating it changes nothing. A journey
    that cannot be decided about is set aside.
    """
    with transaction():
        wrong = not_set_aside(misplaced_journeys(now=now), sweep=TURNS, now=now).order_by("id")
        page = (wrong.filter(pk__gt=after) if after else wrong).select_for_update(skip_locked=True, no_key=True)
        held = [Named(*row) for row in page.values_list("id", "id", "order__order_number")[:limit]]
        batch = work_through(lambda ids: _pass_turns(ids, now=now), rows=held, part=TURNS, now=now)
        return Followed(batch, held[-1].id if len(held) == limit else None)


def _pass_turns(ids: Sequence[UUID], *, now: datetime) -> int:
    journeys = list(among(Journey.objects.select_related("order").order_by("id"), "id", ids))
    passed = pass_turns(journeys, turns=turns_of(journeys, tasks=tasks_of(ids), now=now), at=now)
    Journey.objects.bulk_update(passed, ["turn", "turn_since"])
    return len(passed)
