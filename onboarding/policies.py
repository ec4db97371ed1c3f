"""The nudge policy: shipped defaults, and the row as the rules read it."""

from datetime import datetime, timedelta

from checkout.rules.quiet_hours import QuietHours
from onboarding.models import NudgePolicy
from onboarding.models.nudges import DEFAULT_POLICY
from onboarding.rules.nudges import Policy


def create_missing_policy(*, now: datetime) -> None:
    """Ship the default policy; what operators changed stays."""
    NudgePolicy.objects.bulk_create([NudgePolicy(name=DEFAULT_POLICY, updated_at=now)], ignore_conflicts=True)


def get_policy_row() -> NudgePolicy:
    """The one row; every migrate ships it."""
    return NudgePolicy.objects.get(name=DEFAULT_POLICY)


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
