"""Write down that a runbook was started, and what each of its steps said."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from smplat import db
from smplat.errors import Invalid
from smplat.operations.models import RunbookRun, RunbookStepRun
from smplat.operations.runbooks import Step


class ActReasonMissing(Invalid):
    """A step that acts needs a reason."""

    code = "reason-missing"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of a step."""

    outcome: RunbookStepRun.Outcome
    summary: str
    evidence: dict[str, Any]
    duration_ms: int


def start_runbook(*, runbook: str, steps: list[Step], by: str, environment: str, reason: str, now: datetime) -> UUID:
    """Open a run; its id goes with every verdict.

    Raises:
        ActReasonMissing: one of the steps acts and nobody said why.
    """
    reason = reason.strip()
    if not reason and any(step.acts for step in steps):
        raise ActReasonMissing(field="reason")
    with db.transaction():
        run = RunbookRun.objects.create(
            runbook=runbook, started_at=now, started_by=by, environment=environment, reason=reason
        )
        return run.pk


def record_verdict(*, run_id: UUID, step: Step, verdict: Verdict, now: datetime) -> None:
    """Add what a step said to its run, in a transaction of its own: what the step wrote may be rolled back by now."""
    with db.transaction():
        RunbookStepRun.objects.create(
            run_id=run_id,
            step=step.name,
            acts=step.acts,
            outcome=verdict.outcome,
            summary=verdict.summary,
            # Whatever is not JSON is told as text: evidence must never be lost to its type.
            evidence=json.loads(json.dumps(verdict.evidence, default=str)),
            recorded_at=now,
            duration_ms=verdict.duration_ms,
        )
