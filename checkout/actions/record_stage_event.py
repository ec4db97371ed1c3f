"""A stage of a checkout reports how it is doing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from checkout.actors import SYSTEM, Actor
from checkout.errors import StageEventRefused
from checkout.models import OrchestrationEvent
from checkout.paid import announce_paid
from checkout.positions import (
    Held,
    canceled_at,
    check_still,
    hold_order,
    write_event,
    write_note,
    write_position,
    write_state_change,
    write_steps,
)
from checkout.rules.position import Position, Step
from checkout.rules.stage_events import Outcome, StageVerdict, decide_stage_event
from checkout.states import WORKING, Stage, StageStatus
from smplat.db import Receipt, transaction


@dataclass(frozen=True)
class StageReport:
    """What the sender says happened."""

    step: Step
    note: str
    payload: dict[str, Any]
    # Only read while the status is waiting: when to look again.
    next_action_at: datetime | None
    metadata_patch: dict[str, Any]
    # When it happened; `now` unless the sender may backdate.
    occurred_at: datetime

    @property
    def is_payment_part(self) -> bool:
        """Payload {method, amount} of the payment stage: one part of what is paid."""
        return self.step.stage is Stage.PAYMENT and {"method", "amount"} <= self.payload.keys()


@dataclass(frozen=True)
class OperatorsWord:
    """A person who reports for a stage by hand: who, why, and where they saw the order stand."""

    by: Actor
    reason: str
    seen: Position


@dataclass(frozen=True)
class StageEventRecorded:
    """The order, and whether anything was written."""

    order_id: UUID
    outcome: Outcome


def record_stage_event(
    *,
    order_id: UUID,
    report: StageReport,
    now: datetime,
    person: OperatorsWord | None = None,
    receipt: Receipt | None = None,
) -> StageEventRecorded:
    """Write a stage event and move the order and its checkout; a repetition changes nothing.

    When a `person` reports, their reason stays in the order's log and never in the event, which the storefront shows.

    Emits `checkout.order.paid` when the payment stage completes.

    Raises:
        OrderNotFound: there is no such order.
        MovedMeanwhile: the order is not where the person saw it.
        StageEventRefused: the event makes no sense here; its extra members say where the checkout stands.
    """
    with transaction(receipt=receipt) as keep:
        held = hold_order(order_id=order_id, now=now)
        check_still(held=held, seen=person.seen if person else None)
        verdict = _decide(held=held, report=report, now=now)
        if verdict.outcome is Outcome.REFUSE:
            raise _refusal(held=held, verdict=verdict)
        if verdict.outcome is not Outcome.REPEAT:
            _write(held=held, report=report, verdict=verdict, person=person, now=now)
        return keep(StageEventRecorded(order_id, verdict.outcome))


def _decide(*, held: Held, report: StageReport, now: datetime) -> StageVerdict:
    events = OrchestrationEvent.objects.filter(orchestration=held.orchestration)
    log = list(events.values_list("stage", "status", "transition_note", "payload", "created_at"))
    said = (report.step.stage, report.step.status, report.note, report.payload)
    left = Step(report.step.stage, StageStatus.COMPLETED)
    left_at = max(
        (at for stage, status, _, _, at in log if Step(Stage(stage), StageStatus(status)) == left), default=None
    )
    ended_at = canceled_at(held.order) or left_at
    return decide_stage_event(
        position=held.position,
        step=report.step,
        reached={Step(Stage(stage), StageStatus(status)) for stage, status, *_ in log},
        is_known=said in [tuple(line[:4]) for line in log],
        is_payment_part=report.is_payment_part,
        # Only a sender who may say when something happened can be late: for the others it happens now.
        is_late=report.occurred_at < now and ended_at is not None and report.occurred_at <= ended_at,
    )


def _refusal(*, held: Held, verdict: StageVerdict) -> StageEventRefused:
    return StageEventRefused(
        extra={
            "reason": verdict.reason,
            "orderStatus": held.order.status,
            "currentStage": held.orchestration.current_stage,
            "stageStatus": held.orchestration.stage_status,
        }
    )


def _write(
    *, held: Held, report: StageReport, verdict: StageVerdict, person: OperatorsWord | None, now: datetime
) -> None:
    checkout, at = held.orchestration, report.occurred_at
    write_event(orchestration=checkout, step=report.step, at=at, note=report.note, payload=report.payload)
    write_steps(orchestration=checkout, steps=verdict.steps, at=at, note="entered")
    checkout.metadata = {**checkout.metadata, **report.metadata_patch}
    if report.step.status in WORKING:
        checkout.started_at = min(checkout.started_at or at, at)
    if verdict.outcome is Outcome.RECORD and report.step.stage != checkout.current_stage:
        # About a stage that is behind: where the checkout stands, and until when it waits, is not touched.
        checkout.updated_at = now
        checkout.save(update_fields=["metadata", "started_at", "updated_at"])
        return
    by, words = (person.by, person.reason) if person else (SYSTEM, report.note)
    if verdict.position.order_status != held.order.status:
        write_state_change(order=held.order, to_status=verdict.position.order_status, by=by, at=at, notes=words)
    elif person:
        write_note(order=held.order, by=by, at=at, notes=f"{report.step.stage.label}: {words}")
    waits_until = report.next_action_at if report.step.status is StageStatus.WAITING else None
    write_position(held=held, position=verdict.position, waits_until=waits_until, at=at, now=now)
    if verdict.outcome is Outcome.MOVE and report.step == Step(Stage.PAYMENT, StageStatus.COMPLETED):
        announce_paid(order=held.order, at=at, now=now)
