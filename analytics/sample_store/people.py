"""What made-up people do about a stalled checkout: customers come back, or not, and operators see to escalations."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random

# Shares of those who come back; the difference is what prompting is worth.
AFTER_FIRST_PROMPT = 0.38
AFTER_LATER_PROMPT = 0.22
WITHOUT_PROMPT = 0.14
MEDIAN_HOURS_TO_RETURN = 3.0
TAKEN_SHARE = 0.7
RESOLVED_SHARE = 0.75
MOVES_ON_SHARE = 0.6
RESOLUTIONS = (
    "Called: the transfer was sent to the old account. It moves on.",
    "The provider had the wrong address. Corrected, it ships tomorrow.",
    "Wrote twice, no answer. The customer may come back by the link.",
    "The customer chose another product and lets this one go.",
)
# After the last prompt of a stage somebody opts out now and then.
OPTS_OUT_SHARE = 0.06


@dataclass(frozen=True, slots=True)
class Handling:
    """How an operator sees to an escalation; None for what does not happen."""

    taken_after: timedelta | None
    resolved_after: timedelta | None
    resolution: str
    moves_on: bool


def returns_after(chance: Random, *, is_prompted: bool, number: int) -> timedelta | None:
    """How long until the customer comes back; None when they do not."""
    share = (AFTER_FIRST_PROMPT if number == 1 else AFTER_LATER_PROMPT) if is_prompted else WITHOUT_PROMPT
    if chance.random() >= share:
        return None
    return timedelta(hours=chance.lognormvariate(0, 1.1) * MEDIAN_HOURS_TO_RETURN)


def handling(chance: Random) -> Handling:
    """What becomes of an escalation."""
    if chance.random() >= TAKEN_SHARE:
        return Handling(None, None, "", moves_on=False)
    taken_after = timedelta(minutes=chance.uniform(6, 200))
    if chance.random() >= RESOLVED_SHARE:
        return Handling(taken_after, None, "", moves_on=False)
    moves_on = chance.random() < MOVES_ON_SHARE
    resolution = chance.choice(RESOLUTIONS[:2] if moves_on else RESOLUTIONS[2:])
    return Handling(taken_after, taken_after + timedelta(hours=chance.uniform(1, 40)), resolution, moves_on=moves_on)
