"""A person changes how politely clients are chased."""

from dataclasses import asdict, dataclass
from datetime import datetime, time
from typing import Any

from django.db import connection

from onboarding.errors import NudgePolicyChanged, NudgePolicyInvalid
from onboarding.models import NudgePolicy
from smplat.db import transaction

YEAR_HOURS = 365 * 24
# Inclusive bounds: below, nudges become a nuisance; above, a typing error is likelier.
BOUNDS = {
    "idle_after_hours": (1, YEAR_HOURS),
    "dedupe_hours": (1, YEAR_HOURS),
    "max_per_task": (0, 50),
    "cap": (1, 10),
    "cap_window_hours": (1, 30 * 24),
    "stall_after_hours": (1, YEAR_HOURS),
}
# When open journeys are decided about under the new policy: as onboarding.journeys.first_nudge_at says. Those whose tasks
# were all named as often as allowed stay at rest, and switched off, all are.
# Locked in the order of their ids, as everywhere.
RESCHEDULE = """
WITH concerned AS MATERIALIZED (
    SELECT journey.id, waiting.first_due_at FROM onboarding_journeys AS journey
    JOIN checkout_order AS placed ON placed.id = journey.order_id
    CROSS JOIN LATERAL (
        SELECT count(*) AS tasks,
            min(GREATEST(task.due_at, journey.last_touch_at + make_interval(hours => %(dedupe)s))) AS first_due_at
        FROM onboarding_tasks AS task
        WHERE task.journey_id = journey.id AND task.status NOT IN ('completed', 'blocked') AND task.dropped_at IS NULL
            AND task.nudges_sent < %(max_per_task)s
    ) AS waiting
    WHERE journey.status <> 'completed' AND waiting.tasks > 0
        AND placed.status NOT IN ('canceled', 'on_hold') AND NOT placed.is_backdated
    ORDER BY journey.id
    FOR NO KEY UPDATE OF journey
)
UPDATE onboarding_journeys AS journey
SET nudge_due_at = CASE WHEN %(is_active)s THEN LEAST(
        journey.last_touch_at + make_interval(hours => %(idle_after)s),
        concerned.first_due_at
    ) END
FROM concerned WHERE journey.id = concerned.id
"""


@dataclass(frozen=True)
class PolicySettings:
    """Everything a person may set; units are in the names."""

    is_active: bool
    idle_after_hours: int
    dedupe_hours: int
    max_per_task: int
    cap: int
    cap_window_hours: int
    quiet_from: time
    quiet_until: time
    stall_after_hours: int


@dataclass(frozen=True)
class PolicyUpdated:
    """The version that decisions cite from now on, and how many journeys were scheduled anew."""

    version: int
    rescheduled: int


def update_nudge_policy(*, wanted: PolicySettings, version: int, now: datetime) -> PolicyUpdated:
    """Replace the policy, raise its version, and schedule open journeys by it; who and why is in its history.

    Args:
        wanted: all of its settings.
        version: the one the person looked at.
        now: the present moment.

    Raises:
        NudgePolicyInvalid: a value is out of bounds; `field` names it.
        NudgePolicyChanged: somebody else changed it meanwhile.
    """
    _check(wanted)
    with transaction():
        seen = NudgePolicy.objects.filter(version=version)
        if not seen.update(version=version + 1, updated_at=now, **asdict(wanted)):
            raise NudgePolicyChanged
        return PolicyUpdated(version + 1, _reschedule(wanted))


def _check(wanted: PolicySettings) -> None:
    for field, (least, most) in BOUNDS.items():
        if not least <= getattr(wanted, field) <= most:
            raise NudgePolicyInvalid(f"Between {least:,} and {most:,}.", field=field)


def _reschedule(policy: PolicySettings) -> int:
    parameters: dict[str, Any] = {
        "is_active": policy.is_active,
        "idle_after": policy.idle_after_hours,
        "dedupe": policy.dedupe_hours,
        "max_per_task": policy.max_per_task,
    }
    with connection.cursor() as cursor:
        cursor.execute(RESCHEDULE, parameters)
        return int(cursor.rowcount)
