"""One batch of the recovery sweep: claim what is due, decide, and write what follows, all in one transaction."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from checkout.cases import claim_due, decide, read_cases
from checkout.models import SweepRun
from checkout.outcomes import Outcome, write_outcomes
from checkout.prompts import SWEPT
from checkout.rules.recovery import Action
from checkout.switches import RECOVERY
from smplat.db import transaction
from smplat.operations import switches
from smplat.sweep_runs import add_batch


@dataclass(frozen=True)
class Swept:
    """What one batch decided, by action; empty when nothing was due or recovery is switched off."""

    counts: Counter[Action] = field(default_factory=Counter)

    @property
    def decided(self) -> int:
        """Checkouts decided about."""
        return self.counts.total()


def sweep_checkouts(*, sweep_id: UUID, limit: int, now: datetime) -> Swept:
    """Decide about at most `limit` due checkouts, oldest due first.

    Any number may run at once and be killed at any line: a batch is one transaction, and what somebody else holds is
    passed over. Completion, consent, holds, the arm and the switch are read while the rows are held.

    Emits `checkout.recovery.prompt` and `checkout.escalation`.
    """
    with transaction():
        if not switches.is_on(RECOVERY.name):
            return Swept()
        held = claim_due(limit=limit, now=now)
        if not held:
            return Swept()
        outcomes = [Outcome(case, decide(case, now=now)) for case in read_cases(held, now=now)]
        write_outcomes(outcomes, note=SWEPT, sweep_id=sweep_id, now=now)
        swept = Swept(Counter(outcome.verdict.action for outcome in outcomes))
        add_batch(SweepRun, sweep_id=sweep_id, counts=swept.counts, now=now)
        return swept
