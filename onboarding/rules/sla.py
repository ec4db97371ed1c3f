"""Whose turn it is in a journey, how long each side has had it, and who answers for a due time that passed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise


class Side(StrEnum):
    """Who has to move for the journey to go on."""

    CLIENT = "client"
    US = "us"
    PROVIDER = "provider"
    NOBODY = "nobody"  # completed, canceled, or on hold by agreement: no clock runs


@dataclass(frozen=True)
class OpenTask:
    """What says whose turn an open task is."""

    is_blocked: bool
    waits_for: str
    # Somebody of ours took it over.
    is_assigned: bool
    # All that was asked of the client has come in; there was something to ask for.
    has_all_artifacts: bool


@dataclass(frozen=True)
class Situation:
    """What says whose turn a journey is."""

    is_over: bool
    is_provider_held: bool
    is_held_by_us: bool
    tasks: Sequence[OpenTask]


@dataclass(frozen=True)
class Turn:
    """From `at` on the journey waits on `side`."""

    side: Side
    at: datetime


@dataclass(frozen=True)
class Breach:
    """A due time that passed, with the time each side had until then."""

    at: datetime
    charged_to: Side
    waited: Mapping[Side, timedelta]


# Equal shares are charged to the first of these: we are stricter with ourselves than with others.
STRICTEST_FIRST = (Side.US, Side.PROVIDER, Side.CLIENT)


def whose_turn(situation: Situation) -> tuple[Side, str]:
    """The side a journey waits on, with a stable code of the reason.

    One task that waits on us makes the journey wait on us, however many the client has open: ours we can end.
    """
    if situation.is_over or not situation.tasks:
        return Side.NOBODY, "nothing-open"
    if situation.is_provider_held:
        return Side.PROVIDER, "provider-held"
    if situation.is_held_by_us:
        return Side.US, "held"
    turns = [_turn_of(task) for task in situation.tasks if not task.waits_for]
    order = {side: rank for rank, side in enumerate(STRICTEST_FIRST)}
    return min(turns, key=lambda turn: order[turn[0]], default=(Side.US, "dependency-never-done"))


def _turn_of(task: OpenTask) -> tuple[Side, str]:
    if task.is_assigned:
        return Side.US, "assigned"
    if task.is_blocked:
        return Side.US, "task-blocked"
    if task.has_all_artifacts:
        return Side.US, "artifacts-to-review"
    return Side.CLIENT, "task-open"


def time_by_side(*, turns: Sequence[Turn], since: datetime, until: datetime) -> dict[Side, timedelta]:
    """How long each side had its turn between two moments; `turns` by time."""
    total = dict.fromkeys(Side, timedelta(0))
    ends = [*turns, Turn(Side.NOBODY, max(until, turns[-1].at))] if turns else []
    for turn, following in pairwise(ends):
        total[turn.side] += max(timedelta(0), min(following.at, until) - max(turn.at, since))
    return total


def find_breach(*, turns: Sequence[Turn], opened_at: datetime, due_at: datetime | None, now: datetime) -> Breach | None:
    """A due time that has passed, charged to the side that had most of the time until then."""
    if due_at is None or now < due_at:
        return None
    waited = time_by_side(turns=turns, since=opened_at, until=due_at)
    charged = max(STRICTEST_FIRST, key=lambda side: waited[side])
    return Breach(at=due_at, charged_to=charged, waited={side: waited[side] for side in STRICTEST_FIRST})
