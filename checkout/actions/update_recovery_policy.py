"""A person changes how a stage is recovered."""

from dataclasses import asdict, dataclass
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.db import connection

from checkout.errors import PolicyChanged, PolicyInvalid, PolicyNotFound
from checkout.models import RecoveryPolicy
from checkout.rules.holdout import EVERYBODY_BPS
from checkout.states import Stage
from smplat.db import transaction

DAY_MINUTES = 24 * 60
# Inclusive bounds: below, prompts become a nuisance or a call is impossible to answer; above, a typing error is likelier.
BOUNDS = {
    "stall_after_minutes": (1, 90 * DAY_MINUTES),
    "first_delay_minutes": (0, 30 * DAY_MINUTES),
    "repeat_every_minutes": (5, 30 * DAY_MINUTES),
    "max_prompts": (0, 20),
    "holdout_bps": (0, EVERYBODY_BPS),
    "escalation_deadline_minutes": (5, 30 * DAY_MINUTES),
    "link_lifetime_hours": (1, 90 * 24),
}
# When checkouts of the stage are decided about under the new policy: as checkout.rules.recovery.due_at and _not_yet say.
# Those at rest wake up where prompts are left to send or nobody was called yet; what a person was called for because there
# is no address stays with that person.
# Locked in the order of their ids, as everywhere.
RESCHEDULE = """
WITH concerned AS MATERIALIZED (
    SELECT checkout.id FROM checkout_orchestration AS checkout
    JOIN checkout_order AS placed ON placed.id = checkout.order_id
    CROSS JOIN LATERAL (
        SELECT count(*) AS calls, count(*) FILTER (WHERE escalation.reason = 'no-address') AS without_address
        FROM checkout_escalation AS escalation
        WHERE escalation.order_id = placed.id AND escalation.opened_at >= checkout.stage_entered_at
    ) AS called
    WHERE checkout.current_stage = %(stage)s
        AND placed.status NOT IN ('canceled', 'on_hold') AND NOT placed.is_backdated
        AND (checkout.recovery_due_at IS NOT NULL OR (%(is_active)s AND called.without_address = 0
            AND (checkout.prompts_sent < %(max_prompts)s OR called.calls = 0)))
    ORDER BY checkout.id
    FOR NO KEY UPDATE OF checkout
)
UPDATE checkout_orchestration AS checkout
SET recovery_due_at = CASE WHEN %(is_active)s THEN GREATEST(
        COALESCE(
            CASE WHEN checkout.stage_status = 'waiting' THEN checkout.next_action_at END,
            checkout.last_transition_at + make_interval(mins => %(stall_after)s)
        ) + make_interval(mins => %(first_delay)s),
        checkout.last_prompt_at + make_interval(mins => %(repeat_every)s)
    ) END
FROM concerned WHERE checkout.id = concerned.id
"""


@dataclass(frozen=True)
class PolicySettings:
    """Everything a person may set; units are in the names."""

    is_active: bool
    stall_after_minutes: int
    first_delay_minutes: int
    repeat_every_minutes: int
    max_prompts: int
    quiet_from: time
    quiet_until: time
    holdout_bps: int
    escalation_channel: str
    escalation_deadline_minutes: int
    link_lifetime_hours: int


@dataclass(frozen=True)
class PolicyUpdated:
    """The version that decisions cite from now on, and how many checkouts were scheduled anew."""

    version: int
    rescheduled: int


def update_recovery_policy(*, stage: Stage, wanted: PolicySettings, version: int, now: datetime) -> PolicyUpdated:
    """Replace the policy, raise its version, and schedule the stage's checkouts by it; who and why is in its history.

    Args:
        stage: whose policy.
        wanted: all of its settings.
        version: the one the person looked at.
        now: the present moment.

    Raises:
        PolicyInvalid: a value is out of bounds; `field` names it.
        PolicyNotFound: the stage is not recovered.
        PolicyChanged: somebody else changed it meanwhile.
    """
    _check(wanted)
    with transaction():
        seen = RecoveryPolicy.objects.filter(stage=stage, version=version)
        if not seen.update(version=version + 1, updated_at=now, **asdict(wanted)):
            raise PolicyChanged if RecoveryPolicy.objects.filter(stage=stage).exists() else PolicyNotFound
        return PolicyUpdated(version + 1, _reschedule(stage=stage, policy=wanted))


def _check(wanted: PolicySettings) -> None:
    for field, (least, most) in BOUNDS.items():
        if not least <= getattr(wanted, field) <= most:
            raise PolicyInvalid(f"Between {least:,} and {most:,}.", field=field)
    # Our trouble is not told in a client's Slack.
    ours = settings.SLACK_DESTINATIONS.keys() - settings.SLACK_CLIENT_DESTINATIONS.keys()
    if wanted.escalation_channel and wanted.escalation_channel not in ours:
        known = ", ".join(sorted(ours))
        raise PolicyInvalid(f"Not a Slack destination; known are {known}.", field="escalation_channel")


def _reschedule(*, stage: Stage, policy: PolicySettings) -> int:
    parameters: dict[str, Any] = {
        "stage": stage,
        "is_active": policy.is_active,
        "stall_after": policy.stall_after_minutes,
        "first_delay": policy.first_delay_minutes,
        "repeat_every": policy.repeat_every_minutes,
        "max_prompts": policy.max_prompts,
    }
    with connection.cursor() as cursor:
        cursor.execute(RESCHEDULE, parameters)
        return int(cursor.rowcount)
