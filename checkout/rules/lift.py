"""What prompting brought: the difference between two completion rates, and how sure we may be of it.

The interval is Newcombe's hybrid score method (Statistics in Medicine 17, 1998, method 10): each rate gets a Wilson
interval, and the two combine. It stays honest for rates near 0 and 1, where the textbook interval does not.
"""

from dataclasses import dataclass
from math import sqrt

# Two-sided 95 %.
Z = 1.959964
# Below this many customers in either arm no interval is worth showing.
MIN_ARM_SIZE = 30


@dataclass(frozen=True)
class ArmResult:
    """How many customers of an arm there were, and how many completed."""

    size: int
    completed: int

    @property
    def rate(self) -> float:
        """Share that completed, 0 to 1; 0 for an empty arm."""
        return self.completed / self.size if self.size else 0.0


@dataclass(frozen=True)
class Lift:
    """Difference of the rates (prompted minus holdout) with its 95 % interval, all as shares between -1 and 1."""

    difference: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


def lift_of(*, prompted: ArmResult, holdout: ArmResult) -> Lift | None:
    """The lift, or None when there is not enough data."""
    if min(prompted.size, holdout.size) < MIN_ARM_SIZE:
        return None
    difference = prompted.rate - holdout.rate
    low_prompted, high_prompted = _wilson(prompted)
    low_holdout, high_holdout = _wilson(holdout)
    below = sqrt((prompted.rate - low_prompted) ** 2 + (high_holdout - holdout.rate) ** 2)
    above = sqrt((high_prompted - prompted.rate) ** 2 + (holdout.rate - low_holdout) ** 2)
    return Lift(difference, difference - below, difference + above)


def _wilson(arm: ArmResult) -> tuple[float, float]:
    n, p = arm.size, arm.rate
    middle = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
    return middle - half, middle + half
