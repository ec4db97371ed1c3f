"""How likely a journey is to fail if nobody looks at it, and why. Source: contract 3.3, defect D-38."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from onboarding.states import JourneyStatus, RiskLevel

HIGH_AFTER = timedelta(hours=72)
MEDIUM_AFTER = timedelta(hours=36)


@dataclass(frozen=True)
class Risk:
    """The level, and every reason as a stable code; the reasons say more than the level is made of."""

    level: RiskLevel
    reasons: tuple[str, ...]


def risk_of(
    *,
    status: JourneyStatus,
    is_order_at_rest: bool,
    last_touch_at: datetime,
    overdue_tasks: int,
    awaiting_artifacts: int,
    now: datetime,
) -> Risk:
    """Level by status and silence; overdue tasks and awaited artifacts are named beside it.

    A completed journey does not age into risk, and neither does one whose order is canceled or on hold.
    """
    if is_order_at_rest or status is JourneyStatus.COMPLETED:
        return Risk(RiskLevel.LOW, ())
    silence = now - last_touch_at
    reasons = {
        "stalled": status is JourneyStatus.STALLED,
        "silent-72h": silence >= HIGH_AFTER,
        "silent-36h": MEDIUM_AFTER <= silence < HIGH_AFTER,
        "overdue-tasks": overdue_tasks > 0,
        "awaiting-artifacts": awaiting_artifacts > 0,
    }
    found = tuple(reason for reason, applies in reasons.items() if applies)
    if {"stalled", "silent-72h"} & set(found):
        return Risk(RiskLevel.HIGH, found)
    return Risk(RiskLevel.MEDIUM if "silent-36h" in found else RiskLevel.LOW, found)
