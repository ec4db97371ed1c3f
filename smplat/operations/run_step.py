"""Carry out one step of a runbook and keep what it said, whatever becomes of it.

A step that looks runs inside a rehearsal: what it wrote is rolled back, outbox rows included. A step that acts runs
bare, so that the actions it calls commit, and leaves a `started` row before it begins.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import structlog

from smplat import db, history
from smplat.errors import Refusal
from smplat.operations.actions.record_runbook import Verdict, record_verdict
from smplat.operations.models import RunbookStepRun
from smplat.operations.redaction import describe_error
from smplat.operations.runbooks import Step, StepContext

log = structlog.get_logger(__name__)
Outcome = RunbookStepRun.Outcome


def run_step(*, run_id: UUID, step: Step, context: StepContext, read_clock: Callable[[], datetime]) -> Verdict:
    """The step's verdict, recorded. Never raises for what the step itself does.

    `read_clock` is the door's clock: steps take time, and each verdict carries the moment it was given.
    """
    if step.acts:
        started = Verdict(outcome=Outcome.STARTED, summary="", evidence={}, duration_ms=0)
        record_verdict(run_id=run_id, step=step, verdict=started, now=context.now)
    began = time.monotonic()
    verdict = _carry_out(step, context)
    verdict = replace(verdict, duration_ms=round((time.monotonic() - began) * 1000))
    record_verdict(run_id=run_id, step=step, verdict=verdict, now=read_clock())
    return verdict


def _carry_out(step: Step, context: StepContext) -> Verdict:
    try:
        with _stage(step, context):
            result = step.run(context)
    except Refusal as refusal:
        return Verdict(outcome=Outcome.FAILED, summary=refusal.message, evidence=refusal.extra, duration_ms=0)
    except Exception as broken:
        log.exception("runbook_step_crashed", step=step.name)
        return Verdict(outcome=Outcome.CRASHED, summary=describe_error(broken), evidence={}, duration_ms=0)
    outcome = Outcome.PASSED if result.ok else Outcome.FAILED
    return Verdict(outcome=outcome, summary=result.summary, evidence=dict(result.evidence), duration_ms=0)


def _stage(step: Step, context: StepContext) -> AbstractContextManager[None]:
    if not step.acts:
        return db.rehearsal()
    return history.why(context.reason) if context.reason else nullcontext()
