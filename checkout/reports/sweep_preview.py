"""What the next sweeps will find due, and what the rules would decide about it. Locks and writes nothing."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from checkout.cases import due_checkouts, list_due
from checkout.models import Orchestration
from checkout.rules.recovery import Action
from checkout.sweep import plan_batch
from smplat.console.counting import BoundedCount, count_up_to

# So many are decided about: enough to tell what the rules would do, a fifth of what a sweep decides at once and of what that
# costs. The counts of what is due stop at their own limit.
SAMPLE = 100
COUNTED = 10_000
AHEAD = timedelta(hours=1)


@dataclass(frozen=True)
class SweepPreview:
    """How many are due, and the rules' verdicts about the first of them."""

    due_now: BoundedCount
    due_within_hour: BoundedCount
    oldest_due_at: datetime | None
    # How often each (action, reason) among the sampled, the most frequent first.
    verdicts: list[tuple[Action, str, int]]
    # Of them, those that an error keeps from a verdict.
    broken: int
    sampled: int

    @property
    def is_sample(self) -> bool:
        """Whether more will be due than were decided about."""
        return self.sampled < self.due_now.count + self.due_within_hour.count or self.due_now.is_lower_bound


def preview_sweep(*, now: datetime) -> SweepPreview:
    """Count what is due (orchestrations_due) and decide about the oldest SAMPLE, each as of the moment it is due."""
    due = due_checkouts(now=now)
    soon = Orchestration.objects.filter(recovery_due_at__gt=now, recovery_due_at__lte=now + AHEAD)
    sample = list_due(after=None, limit=SAMPLE, now=now + AHEAD)
    plan = plan_batch(sample, now=now)
    verdicts = Counter((verdict.action, verdict.reason) for verdict in plan.verdicts)
    return SweepPreview(
        due_now=count_up_to(due, limit=COUNTED),
        due_within_hour=count_up_to(soon, limit=COUNTED),
        oldest_due_at=due.order_by("recovery_due_at").values_list("recovery_due_at", flat=True).first(),
        verdicts=[(action, reason, count) for (action, reason), count in verdicts.most_common()],
        broken=plan.broken,
        sampled=len(sample),
    )
