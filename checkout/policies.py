"""The recovery policy of each stage: shipped defaults, and the row as the rules read it."""

from datetime import datetime, timedelta
from typing import Any, Final

from checkout.models import RecoveryPolicy
from checkout.rules.quiet_hours import QuietHours
from checkout.rules.recovery import Policy
from checkout.states import Stage
from smplat.instances import Columns

POLICY: Final = Columns(RecoveryPolicy, "policy")
FIND_POLICY: Final = f"SELECT {POLICY} FROM checkout_recoverypolicy AS policy WHERE policy.stage = %s"  # noqa: S608 - names of columns
HOUR = 60
# Waits in real marketplaces: payments are approved within minutes mostly, and nine in ten within a day and a half.
DEFAULTS: dict[Stage, dict[str, Any]] = {
    Stage.PAYMENT: {"stall_after_minutes": HOUR, "first_delay_minutes": 30, "max_prompts": 3, "holdout_bps": 1_000},
    Stage.VERIFICATION: {"stall_after_minutes": 24 * HOUR, "first_delay_minutes": 60, "max_prompts": 3},
    Stage.LOYALTY_HOLD: {"stall_after_minutes": 48 * HOUR, "first_delay_minutes": 60, "max_prompts": 2},
    # The customer cannot help a provider along: a person is called at once.
    Stage.FULFILLMENT: {"stall_after_minutes": 14 * 24 * HOUR, "first_delay_minutes": 0, "max_prompts": 0},
}


def create_missing_policies(*, now: datetime) -> int:
    """Ship the default policy of each stage that has none; what operators changed stays. Returns how many were new."""
    missing = [
        RecoveryPolicy(stage=stage, updated_at=now, **values)
        for stage, values in DEFAULTS.items()
        if not RecoveryPolicy.objects.filter(stage=stage).exists()
    ]
    return len(RecoveryPolicy.objects.bulk_create(missing, ignore_conflicts=True))


def find_policy(stage: Stage) -> Policy | None:
    """The stage's policy as the rules read it; None for a stage that is not recovered."""
    row = POLICY.first(FIND_POLICY, [stage])
    return as_rule(row) if row else None


def as_rule(row: RecoveryPolicy) -> Policy:
    """One row as a value."""
    return Policy(
        is_active=row.is_active,
        stall_after=timedelta(minutes=row.stall_after_minutes),
        first_delay=timedelta(minutes=row.first_delay_minutes),
        repeat_every=timedelta(minutes=row.repeat_every_minutes),
        max_prompts=row.max_prompts,
        quiet=QuietHours(row.quiet_from, row.quiet_until),
    )
