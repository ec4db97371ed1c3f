"""How likely a journey is to fail if nobody looks at it, as a table of cases."""

from datetime import UTC, datetime, timedelta

import pytest

from onboarding.rules.risk import Risk, risk_of
from onboarding.states import JourneyStatus, RiskLevel

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def assess(*, hours, status=JourneyStatus.ACTIVE, is_order_at_rest=False, overdue=0, awaiting=0):
    return risk_of(
        status=status,
        is_order_at_rest=is_order_at_rest,
        last_touch_at=NOON - timedelta(hours=hours),
        overdue_tasks=overdue,
        awaiting_artifacts=awaiting,
        now=NOON,
    )


@pytest.mark.parametrize(
    ("facts", "risk"),
    [
        ({"hours": 35}, Risk(RiskLevel.LOW, ())),
        ({"hours": 36}, Risk(RiskLevel.MEDIUM, ("silent-36h",))),
        ({"hours": 71}, Risk(RiskLevel.MEDIUM, ("silent-36h",))),
        ({"hours": 72}, Risk(RiskLevel.HIGH, ("silent-72h",))),
        ({"hours": 0, "status": JourneyStatus.STALLED}, Risk(RiskLevel.HIGH, ("stalled",))),
        # Named beside the level, which they do not raise.
        ({"hours": 1, "overdue": 2, "awaiting": 1}, Risk(RiskLevel.LOW, ("overdue-tasks", "awaiting-artifacts"))),
        # At rest: silence means nothing (defect D-38).
        ({"hours": 900, "status": JourneyStatus.COMPLETED}, Risk(RiskLevel.LOW, ())),
        ({"hours": 900, "is_order_at_rest": True, "overdue": 3}, Risk(RiskLevel.LOW, ())),
    ],
)
def test_the_level_follows_status_and_silence(facts, risk):
    assert assess(**facts) == risk
