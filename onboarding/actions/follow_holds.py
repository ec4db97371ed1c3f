"""Holds were placed or have ended: the turn of the journeys they concern follows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from onboarding.cases import tasks_of
from onboarding.misplaced import misplaced_journeys
from onboarding.models import Journey
from onboarding.turns import pass_turns, turns_of
from smplat.db import transaction


@dataclass(frozen=True)
class Followed:
    """How many turns passed, and where the next batch begins; None: that was the last."""

    passed: int
    last: UUID | None


def follow_holds(*, after: UUID | None, limit: int, now: datetime) -> Followed:
    """Give at most `limit` journeys the turn that the holds of this moment make it. The clock changes at `now`.

    Decided from holds, tasks and order as they are while the journey is held; repeating it changes nothing.
    """
    with transaction():
        wrong = misplaced_journeys(now=now).select_related("order").order_by("id")
        page = wrong.filter(pk__gt=after) if after else wrong
        held = list(page.select_for_update(skip_locked=True, no_key=True, of=("self", "order"))[:limit])
        turns = turns_of(held, tasks=tasks_of([journey.pk for journey in held]), now=now) if held else {}
        passed = pass_turns(held, turns=turns, at=now)
        Journey.objects.bulk_update(passed, ["turn", "turn_since"])
        return Followed(len(passed), held[-1].pk if len(held) == limit else None)
