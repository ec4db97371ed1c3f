"""The onboarding's lines of an order's timeline: the journey's log, decisions about reminders, whose turn it was, due times missed."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from onboarding.console.reasons import say_nudge, say_turn
from onboarding.contacts import tasks_named
from onboarding.models import Interaction, JourneyEvent, NudgeDecision, SlaBreach, SlaTurn
from onboarding.states import JourneyEventType, JourneyStatus, NudgeAction, Side, TaskStatus
from smplat.console.timeline import Line, TimelineContext

ONBOARDING, REMINDERS, TURNS = "Onboarding", "Reminders", "Turns"
_STATUS_LABELS = dict(TaskStatus.choices) | dict(JourneyStatus.choices)
_KINDS = {"completed": "good", "stalled": "critical", "blocked": "warning"}


def event_lines(context: TimelineContext) -> Iterator[Line]:
    """Changes of the onboarding journey"""
    events = JourneyEvent.objects.filter(order_id=context.order_id).select_related("task")
    for event in events.order_by("-occurred_at", "-id")[: context.most]:
        yield Line(
            at=event.occurred_at,
            source=ONBOARDING,
            title=_title(event),
            detail=_detail(event),
            who=_who(event.metadata),
            url=reverse("admin:onboarding_journey_change", args=[event.journey_id]),
            kind=_KINDS.get(event.status_after, "neutral"),
        )


def message_lines(context: TimelineContext) -> Iterator[Line]:
    """Reminders sent to the client"""
    # What a reminder says can hold a name.
    sees_customers = context.may("checkout.view_customer")
    sent = Interaction.objects.filter(journey__order_id=context.order_id, channel__in=("email", "slack"))
    for line in sent.order_by("-created_at", "-id")[: context.most]:
        about = ", ".join(tasks_named(line))
        yield Line(
            at=line.created_at,
            source=REMINDERS,
            title=f"{line.summary} ({line.get_channel_display()})",
            detail="\n".join([*([f"About: {about}"] if about else []), *([line.details] if sees_customers else [])]),
            who=line.get_actor_type_display(),
            kind="notice",
        )


def decision_lines(context: TimelineContext) -> Iterator[Line]:
    """Decisions about reminders"""
    decisions = NudgeDecision.objects.filter(journey__order_id=context.order_id).select_related("task")
    # What was sent stands in the log already.
    for decision in decisions.exclude(action=NudgeAction.NUDGE).order_by("-decided_at", "-id")[: context.most]:
        about = f" about “{decision.task.title}”" if decision.task else ""
        yield Line(
            at=decision.decided_at,
            source=REMINDERS,
            title=f"No reminder{about}",
            detail=f"{say_nudge(decision.reason)} (policy version {decision.policy_version})",
        )


def turn_lines(context: TimelineContext) -> Iterator[Line]:
    """Whose turn it was"""
    turns = SlaTurn.objects.filter(journey__order_id=context.order_id).order_by("-at", "-id")
    for turn in turns[: context.most]:
        yield Line(at=turn.at, source=TURNS, title=f"Turn: {Side(turn.side).label}", detail=say_turn(turn.reason))


def breach_lines(context: TimelineContext) -> Iterator[Line]:
    """Due times missed"""
    breaches = SlaBreach.objects.filter(journey__order_id=context.order_id).select_related("task")
    for breach in breaches.order_by("-due_at", "-id")[: context.most]:
        yield Line(
            at=breach.due_at,
            source=TURNS,
            title=f"Due time missed: {breach.task.title}",
            detail=f"Charged to: {Side(breach.charged_to).label}",
            kind="critical",
        )


PROVIDERS = (event_lines, message_lines, decision_lines, turn_lines, breach_lines)


def _title(event: JourneyEvent) -> str:
    kind = JourneyEventType(event.event_type)
    if kind is JourneyEventType.TASK_STATUS_CHANGED and event.task:
        state = "skipped" if event.metadata.get("skipped") else _label(event.status_after)
        return f"{event.task.title}: {state}"
    if kind is JourneyEventType.JOURNEY_STATUS_CHANGED:
        return f"Journey {_label(event.status_after)}"
    return f"{kind.label}: {event.task.title}" if event.task else str(kind.label)


def _detail(event: JourneyEvent) -> str:
    """The reason a person gave; for a change of terms also what it was and is."""
    said = event.metadata
    parts = [str(said["label"])] if said.get("label") else []
    if said.get("field"):
        parts.append(f"{said['field']}: {said.get('before') or 'nothing'} → {said.get('after') or 'nothing'}")
    if said.get("by") and said.get("reason"):
        parts.append(str(said["reason"]))
    return "\n".join(parts)


def _who(metadata: dict[str, Any]) -> str:
    return str(metadata.get("by") or metadata.get("actor") or "")


def _label(status: str) -> str:
    return str(_STATUS_LABELS.get(status, status)).lower()
