"""One batch of the nudge sweep: claim what is due, decide client by client, and write what follows, all in one transaction."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from onboarding import policies
from onboarding.cases import decide, read_cases
from onboarding.claims import Due, DueClient, claim_due, read_groups
from onboarding.models import NudgeSweepRun
from onboarding.outcomes import Outcome, write_outcomes
from onboarding.rules.nudges import Action
from onboarding.switches import NUDGES
from onboarding.timetable import SWEEP
from smplat.db import transaction
from smplat.isolation import Isolated
from smplat.operations import switches
from smplat.operations.set_aside import decide_all
from smplat.sweep_runs import add_batch


@dataclass(frozen=True)
class Swept:
    """What a batch decided about tasks, or a sweep, by action; empty when nothing was due or nudges are switched off."""

    journeys: int = 0
    # Clients that get a message.
    clients: int = 0
    counts: Counter[Action] = field(default_factory=Counter)
    # Journeys that an error kept it from deciding about.
    set_aside: int = 0
    # Where a pass over idle journeys goes on; None: at its end.
    last: UUID | None = None

    @property
    def claimed(self) -> int:
        """Journeys it took."""
        return self.journeys + self.set_aside

    def __add__(self, other: "Swept") -> "Swept":
        """This and what came next."""
        return Swept(
            journeys=self.journeys + other.journeys,
            clients=self.clients + other.clients,
            counts=self.counts + other.counts,
            set_aside=self.set_aside + other.set_aside,
            last=other.last,
        )


def sweep_nudges(
    *, sweep_id: UUID, limit: int, now: datetime, idle_after: timedelta | None = None, after: UUID | None = None
) -> Swept:
    """Decide about at most `limit` due journeys, and the other due ones of the same clients.

    Any number may run at once and be killed at any line: a batch is one transaction, and what somebody else holds is
    passed over. Completion, consent, holds, the cap and the switch are read while the rows are held. A client that cannot
    be decided about is set aside with all due journeys, and keeps nobody from a decision.

    Args:
        sweep_id: the sweep this batch belongs to.
        limit: of journeys.
        now: the present moment.
        idle_after: instead of the policy's; the batch then looks at whatever nobody touched for so long.
        after: where the batch before this one ended, with `idle_after`.

    Emits `onboarding.nudge`.
    """
    with transaction():
        if not switches.is_on(NUDGES.name):
            return Swept()
        row = policies.get_policy_row()
        policy = policies.as_rule(row)
        due = Due(now)
        if idle_after is not None:
            policy, due = replace(policy, idle_after=idle_after), Due(now, idle_since=now - idle_after)
        claim = claim_due(due, after=after, limit=limit)
        if not claim.clients:
            return Swept(last=claim.last)

        def decide_part(part: Sequence[DueClient]) -> list[Outcome]:
            cases = read_cases(read_groups(part), policy=policy, now=now)
            outcomes = [Outcome(case, decide(case, policy=policy, now=now)) for case in cases]
            write_outcomes(outcomes, policy_version=row.version, sweep_id=sweep_id, now=now)
            return outcomes

        swept = _tally(decide_all(decide_part, items=claim.clients, sweep=SWEEP, now=now), last=claim.last)
        add_batch(NudgeSweepRun, sweep_id=sweep_id, counts=swept.counts, set_aside=swept.set_aside, now=now)
        return swept


def _tally(decided: Isolated[DueClient, list[Outcome]], *, last: UUID | None) -> Swept:
    outcomes = [outcome for part in decided.results for outcome in part]
    return Swept(
        journeys=sum(len(outcome.case.journeys) for outcome in outcomes),
        clients=sum(bool(outcome.nudges) for outcome in outcomes),
        counts=Counter(decision.verdict.action for outcome in outcomes for decision in outcome.decisions),
        set_aside=sum(len(broken.item.subjects) for broken in decided.broken),
        last=last,
    )
