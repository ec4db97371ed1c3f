"""An operator makes one change to many journeys at once."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from onboarding.bulk import hold_journeys, plan_held
from onboarding.errors import PlanChanged, TooManyJourneys
from onboarding.interventions import Intervention, give_status, intervention, require_person
from onboarding.journeys import Held, settle
from onboarding.rules.bulk_changes import Change, GiveOwner, Plan, SkipTask, Step
from onboarding.states import TaskStatus
from onboarding.terms import give_due_time, give_owner
from smplat.db import Receipt, transaction

# One transaction holds them all: a minute of work at most.
MOST_AT_ONCE = 1_000


@dataclass(frozen=True)
class JourneysChanged:
    """What was done, by the plan that was executed."""

    plan: Plan

    @property
    def changed(self) -> int:
        """How many journeys changed."""
        return len({step.journey_id for step in self.plan.steps})


def change_journeys(
    *,
    journey_ids: Collection[UUID],
    change: Change,
    expected_digest: str,
    reason: str,
    by: str,
    now: datetime,
    receipt: Receipt | None = None,
) -> JourneysChanged:
    """Execute a plan: all of it, or nothing. What the plan leaves alone stays as it is, so that twice is once.

    Args:
        journey_ids: the journeys; those that are not there are passed over.
        change: what is to be done to each.
        expected_digest: the digest of the plan that the preview showed; empty: whatever the plan is now.
        reason: why.
        by: who.
        now: when.
        receipt: for a call that carries an idempotency key.

    Raises:
        ReasonMissing: the reason is blank.
        UnknownPerson: the new owner is no member of staff.
        TooManyJourneys: more than one transaction should hold.
        PlanChanged: something happened to the journeys since the preview.
    """
    cause = intervention(by=by, reason=reason, at=now)
    if len(journey_ids) > MOST_AT_ONCE:
        raise TooManyJourneys
    with transaction(receipt=receipt) as keep:
        name = require_person(change.owner_id) if isinstance(change, GiveOwner) else ""
        held = hold_journeys(journey_ids)
        plan = plan_held(held, change=change, now=now)
        if expected_digest and plan.digest != expected_digest:
            raise PlanChanged
        steps = defaultdict(list)
        for step in plan.steps:
            steps[step.journey_id].append(step)
        for one in held:
            _execute(one, steps[one.journey.pk], cause, change=change, owner_name=name)
        return keep(JourneysChanged(plan))


def _execute(held: Held, steps: Sequence[Step], cause: Intervention, *, change: Change, owner_name: str) -> None:
    for step in steps:
        if isinstance(change, GiveOwner):
            give_owner(held, cause, owner_id=change.owner_id, name=owner_name)
            continue
        task = next(task for task in held.tasks if task.pk == step.task_id)
        if isinstance(change, SkipTask):
            give_status(held, task, cause, status=TaskStatus.COMPLETED, verb="Skipped", is_skipped=True)
        else:
            give_due_time(held, task, cause, due_at=step.due_at)
    if steps:
        settle(held=held, has_moved=isinstance(change, SkipTask), at=cause.at, now=cause.at)
