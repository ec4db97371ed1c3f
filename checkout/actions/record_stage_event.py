"""A stage of a checkout reports how it is doing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from checkout.actors import SYSTEM, Actor
from checkout.errors import StageEventRefused
from checkout.log_lines import event_of, events_of, note_of, state_change_of
from checkout.models import OrchestrationEvent, Order, OrderStateEvent
from checkout.paid import announce_paid
from checkout.positions import Held, check_still, hold_order, write_move
from checkout.queries import Checkout, checkout_of, list_events
from checkout.rules.position import Position, Step
from checkout.rules.stage_events import Outcome, StageVerdict, decide_stage_event
from checkout.states import WORKING, OrderStatus, Stage, StageStatus
from smplat.db import Receipt, transaction
from smplat.instances import write_together


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
    """How the checkout stands now, and whether anything was written."""

    checkout: Checkout
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
        log = list_events(held.orchestration)
        verdict = _decide(held=held, log=log, report=report, now=now)
        if verdict.outcome is Outcome.REFUSE:
            raise _refusal(held=held, verdict=verdict)
        if verdict.outcome is not Outcome.REPEAT:
            log += _write(held=held, report=report, verdict=verdict, person=person, now=now)
        return keep(StageEventRecorded(checkout_of(held.orchestration, log), verdict.outcome))


def _decide(*, held: Held, log: Sequence[OrchestrationEvent], report: StageReport, now: datetime) -> StageVerdict:
    said = (report.step.stage, report.step.status, report.note, report.payload)
    reached = {Step(Stage(event.stage), StageStatus(event.status)) for event in log}
    left = (report.step.stage, StageStatus.COMPLETED)
    left_at = max((event.created_at for event in log if (event.stage, event.status) == left), default=None)
    ended_at = _canceled_at(held.order) or left_at
    return decide_stage_event(
        position=held.position,
        step=report.step,
        reached=reached,
        is_known=said in [(event.stage, event.status, event.transition_note, event.payload) for event in log],
        is_payment_part=report.is_payment_part,
        is_agreed_anew=(
            report.step.status is StageStatus.WAITING
            and _waits_until(held=held, report=report) != held.orchestration.next_action_at
        ),
        # Only a sender who may say when something happened can be late: for the others it happens now.
        is_late=report.occurred_at < now and ended_at is not None and report.occurred_at <= ended_at,
    )


def _canceled_at(order: Order) -> datetime | None:
    if order.status != OrderStatus.CANCELED:
        return None
    changes = OrderStateEvent.objects.filter(order=order, to_status=OrderStatus.CANCELED)
    return changes.order_by("-created_at").values_list("created_at", flat=True).first()


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
) -> list[OrchestrationEvent]:
    """The events that were written."""
    checkout, at = held.orchestration, report.occurred_at
    events = [
        event_of(orchestration=checkout, step=report.step, at=at, note=report.note, payload=report.payload),
        *events_of(orchestration=checkout, steps=verdict.steps, at=at, note="entered"),
    ]
    checkout.metadata = {**checkout.metadata, **report.metadata_patch}
    if report.step.status in WORKING:
        checkout.started_at = min(checkout.started_at or at, at)
    words = _words(held=held, report=report, verdict=verdict, person=person)
    position, lines = verdict.position, [*events, *words]
    if verdict.outcome is Outcome.RECORD:
        # Since when the checkout stands where it does, and until when it waits, is not touched.
        checkout.updated_at = now
        write_together(new=lines, changed=[(checkout, ("metadata", "started_at", "updated_at"))])
        return events
    waits_until = _waits_until(held=held, report=report)
    write_move(held=held, position=position, lines=lines, waits_until=waits_until, at=at, now=now)
    if report.step == Step(Stage.PAYMENT, StageStatus.COMPLETED):
        announce_paid(order=held.order, at=at, now=now)
    return events


def _waits_until(*, held: Held, report: StageReport) -> datetime | None:
    """The moment agreed, once it waits; a report that names none leaves it as it was."""
    if report.step.status is not StageStatus.WAITING:
        return None
    return report.next_action_at or held.orchestration.next_action_at


def _words(
    *, held: Held, report: StageReport, verdict: StageVerdict, person: OperatorsWord | None
) -> list[OrderStateEvent]:
    """What the order's log says about it."""
    order, to_status, at = held.order, verdict.position.order_status, report.occurred_at
    by, words = (person.by, person.reason) if person else (SYSTEM, report.note)
    if to_status != order.status:
        return [state_change_of(order=order, to_status=to_status, by=by, at=at, notes=words)]
    if person:
        return [note_of(order=order, by=by, at=at, notes=f"{report.step.stage.label}: {words}")]
    return []
