"""The checkout's lines of an order's timeline: status, stages, decisions, messages, escalations, holds."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse

from checkout.models import (
    OrchestrationEvent,
    Order,
    OrderStateEvent,
    RecoveryAction,
    RecoveryDecision,
)
from checkout.rules.reasons import say_reason
from checkout.states import OrderStatus, StageStatus, StateEventType
from smplat.console.timeline import Line, TimelineContext
from smplat.operations.models import Hold, HoldScope
from smplat.outbox.choices import Happening
from smplat.outbox.models import DeliveryLogEntry, Message

ORDER, STAGES, RECOVERY, MESSAGES = "Order", "Stages", "Recovery", "Messages"
SEES_ADDRESSES = "checkout.view_customer"
_STAGE_KINDS = {StageStatus.COMPLETED: "good", StageStatus.FAILED: "critical", StageStatus.WAITING: "warning"}
_DECISION_KINDS = {
    RecoveryAction.PROMPT: "notice",
    RecoveryAction.ESCALATE: "critical",
    RecoveryAction.HOLD: "warning",
    RecoveryAction.SUPPRESS: "warning",
}
_DELIVERY_KINDS = {
    Happening.DELIVERED: "good",
    Happening.FAILED: "warning",
    Happening.LOST: "warning",
    Happening.SUPPRESSED: "warning",
    Happening.REFUSED: "critical",
}


def status_lines(context: TimelineContext) -> Iterator[Line]:
    """Status changes and notes"""
    events = OrderStateEvent.objects.filter(order_id=context.order_id).order_by("-created_at", "-id")
    for event in events[: context.most]:
        title = event.get_event_type_display()
        if event.event_type == StateEventType.STATE_CHANGE:
            title = f"{_status(event.from_status)} → {_status(event.to_status)}"
        who = event.actor_label or event.actor_id or event.get_actor_type_display()
        yield Line(at=event.created_at, source=ORDER, title=title, detail=event.notes, who=who, kind="notice")


def stage_lines(context: TimelineContext) -> Iterator[Line]:
    """Stage events"""
    events = OrchestrationEvent.objects.filter(orchestration__order_id=context.order_id)
    for event in events.order_by("-created_at", "-id")[: context.most]:
        yield Line(
            at=event.created_at,
            source=STAGES,
            title=f"{event.get_stage_display()}: {event.get_status_display().lower()}",
            detail=event.transition_note,
            kind=_STAGE_KINDS.get(StageStatus(event.status), "neutral"),
        )


def decision_lines(context: TimelineContext) -> Iterator[Line]:
    """Decisions of the recovery sweep"""
    decisions = RecoveryDecision.objects.filter(order_id=context.order_id).order_by("-decided_at", "-id")
    for decision in decisions[: context.most]:
        by_hand = "" if decision.sweep_id else "by hand, "
        yield Line(
            at=decision.decided_at,
            source=RECOVERY,
            title=f"{decision.get_action_display()} in {decision.get_stage_display().lower()}",
            detail=f"{say_reason(decision.reason)} ({by_hand}policy version {decision.policy_version})",
            kind=_DECISION_KINDS.get(RecoveryAction(decision.action), "neutral"),
        )


def message_lines(context: TimelineContext) -> Iterator[Line]:
    """Messages and their delivery"""
    messages = {message.pk: message for message in _messages(context)}
    sees_addresses, opens = context.may(SEES_ADDRESSES), context.may("outbox.view_message")
    for message in messages.values():
        to = f" to {message.recipient}" if sees_addresses and message.recipient else ""
        yield _message_line(message, title=f"Message by {message.get_channel_display().lower()}{to}", opens=opens)
    entries = DeliveryLogEntry.objects.filter(message_id__in=messages).order_by("-at", "-id")
    for entry in entries[: context.most]:
        yield Line(
            at=entry.at,
            source=MESSAGES,
            title=f"{entry.get_happening_display()}: {messages[entry.message_id].topic}",
            detail=entry.detail,
            who=entry.by,
            kind=_DELIVERY_KINDS.get(Happening(entry.happening), "neutral"),
        )


def hold_lines(context: TimelineContext) -> Iterator[Line]:
    """Holds on this order"""
    holds = Hold.objects.filter(scope=HoldScope.ORDER, subject=str(context.order_id)).order_by("-placed_at", "-id")
    for hold in holds[: context.most]:
        until = f", until {hold.until:%Y-%m-%d %H:%M} UTC" if hold.until else ""
        yield Line(
            at=hold.placed_at,
            source=RECOVERY,
            title=f"Snoozed{until}",
            detail=hold.reason,
            who=hold.placed_by,
            kind="warning",
        )
        if hold.released_at:
            yield Line(at=hold.released_at, source=RECOVERY, title="Snooze ended", who=hold.released_by)


PROVIDERS = (status_lines, stage_lines, decision_lines, message_lines, hold_lines)


def _messages(context: TimelineContext) -> list[Message]:
    """Prompts that decisions name, and whatever else was sent to the customer about this order; each found by an index."""
    prompts = RecoveryDecision.objects.filter(order_id=context.order_id, message_id__isnull=False)
    about = Q(pk__in=list(prompts.values_list("message_id", flat=True)))
    customer = Order.objects.filter(pk=context.order_id).values_list("customer_id", flat=True).first()
    if customer is not None:
        about |= Q(recipient_id=customer, payload__order_id=str(context.order_id))
    return list(Message.objects.filter(about).order_by("-created_at", "-id")[: context.most])


def _message_line(message: Message, *, title: str, opens: bool) -> Line:
    address = reverse("admin:outbox_message_change", args=[message.pk]) if opens else ""
    detail = f"{message.topic}: {message.get_state_display().lower()}"
    if message.suppressed_because:
        detail += f", {message.get_suppressed_because_display().lower()}"
    return Line(at=message.created_at, source=MESSAGES, title=title, detail=detail, url=address)


def _status(value: str) -> str:
    return OrderStatus(value).label if value in OrderStatus.values else value or "Placed"
