"""One batch of the recovery sweep: claim what is due, decide, and write what follows, all in one transaction."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from checkout.cases import DueCheckout, claim_due, decide, read_cases, read_due
from checkout.models import SweepRun
from checkout.outcomes import Outcome, write_outcomes
from checkout.prompts import SWEPT
from checkout.rules.recovery import Action
from checkout.switches import RECOVERY
from checkout.timetable import SWEEP
from smplat.db import transaction
from smplat.operations import switches
from smplat.operations.set_aside import decide_all
from smplat.sweep_runs import add_batch


@dataclass(frozen=True)
class Swept:
    """What a batch did, or a sweep; empty when nothing was due or recovery is switched off."""

    # Decisions by action.
    counts: Counter[Action] = field(default_factory=Counter)
    # Checkouts that an error kept it from deciding about.
    set_aside: int = 0

    @property
    def claimed(self) -> int:
        """Checkouts it took."""
        return self.counts.total() + self.set_aside

    def __add__(self, other: "Swept") -> "Swept":
        """Both together."""
        return Swept(self.counts + other.counts, self.set_aside + other.set_aside)


def sweep_checkouts(*, sweep_id: UUID, limit: int, now: datetime) -> Swept:
    """Decide about at most `limit` due checkouts, oldest due first.

    Any number may run at once and be killed at any line: a batch is one transaction, and what somebody else holds is
    passed over. Completion, consent, holds, the arm and the switch are read while the rows are held. A checkout that
    cannot be decided about is set aside and keeps nobody from a decision.

    Emits `checkout.recovery.prompt` and `checkout.escalation`.
    """
    with transaction():
        if not switches.is_on(RECOVERY.name):
            return Swept()
        claimed = claim_due(limit=limit, now=now)
        if not claimed:
            return Swept()

        def decide_part(part: Sequence[DueCheckout]) -> Counter[Action]:
            return _decide(part, sweep_id=sweep_id, now=now)

        decided = decide_all(decide_part, items=claimed, sweep=SWEEP, now=now)
        swept = Swept(sum(decided.results, Counter[Action]()), set_aside=len(decided.broken))
        add_batch(SweepRun, sweep_id=sweep_id, counts=swept.counts, set_aside=swept.set_aside, now=now)
        return swept


def _decide(part: Sequence[DueCheckout], *, sweep_id: UUID, now: datetime) -> Counter[Action]:
    outcomes = [Outcome(case, decide(case, now=now)) for case in read_cases(read_due(part), now=now)]
    write_outcomes(outcomes, note=SWEPT, sweep_id=sweep_id, now=now)
    return Counter(outcome.verdict.action for outcome in outcomes)
