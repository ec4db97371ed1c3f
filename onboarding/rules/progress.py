"""How far a journey is and what that makes of its status. Source: contract 3.3, defect D-24."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from onboarding.states import JourneyStatus, TaskStatus

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Progress:
    """What the tasks say about their journey."""

    percentage: Decimal
    status: JourneyStatus


def progress_of(statuses: Sequence[TaskStatus]) -> Decimal:
    """Completed of all, 0 to 100 with two decimals; 0 when there are no tasks."""
    if not statuses:
        return Decimal(0).quantize(CENT)
    completed = sum(status is TaskStatus.COMPLETED for status in statuses)
    return (Decimal(completed * 100) / len(statuses)).quantize(CENT, ROUND_HALF_UP)


def decide_progress(*, statuses: Sequence[TaskStatus], was: JourneyStatus, has_moved: bool) -> Progress:
    """The journey's figures after a change.

    Completion holds in both directions: undoing one task reopens a completed journey. What moves is not stalled.

    Args:
        statuses: of all tasks that count.
        was: the journey's status before.
        has_moved: a task or an artifact changed; not merely its terms.
    """
    if statuses and all(status is TaskStatus.COMPLETED for status in statuses):
        return Progress(progress_of(statuses), JourneyStatus.COMPLETED)
    stays_stalled = was is JourneyStatus.STALLED and not has_moved
    return Progress(progress_of(statuses), JourneyStatus.STALLED if stays_stalled else JourneyStatus.ACTIVE)
