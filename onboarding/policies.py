"""The nudge policy: shipped defaults, and the row as the rules read it."""

from datetime import datetime, timedelta
from typing import Final

from checkout.rules.quiet_hours import QuietHours
from onboarding.models import NudgePolicy
from onboarding.models.nudges import DEFAULT_POLICY
from onboarding.rules.nudges import Policy
from smplat.instances import Columns

POLICY: Final = Columns(NudgePolicy, "policy")
FIND_POLICY: Final = f"SELECT {POLICY} FROM onboarding_nudgepolicy AS policy WHERE policy.name = %s"  # noqa: S608 - names of columns


def create_missing_policy(*, now: datetime) -> None:
    """Ship the default policy; what operators changed stays."""
    NudgePolicy.objects.bulk_create([NudgePolicy(name=DEFAULT_POLICY, updated_at=now)], ignore_conflicts=True)


def get_policy_row() -> NudgePolicy:
    """The one row; every migrate ships it."""
    row = POLICY.first(FIND_POLICY, [DEFAULT_POLICY])
    assert row is not None
    return row


def as_rule(row: NudgePolicy) -> Policy:
    """The row as a value."""
    return Policy(
        is_active=row.is_active,
        idle_after=timedelta(hours=row.idle_after_hours),
        dedupe_window=timedelta(hours=row.dedupe_hours),
        max_per_task=row.max_per_task,
        cap=row.cap,
        cap_window=timedelta(hours=row.cap_window_hours),
        quiet=QuietHours(row.quiet_from, row.quiet_until),
    )
