"""The lines of escalations in an order's timeline; who did what comes out of their history."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from checkout.models import Escalation
from smplat.console.changes import Change, event_model_of, list_changes
from smplat.console.timeline import Line, TimelineContext

SOURCE = "Recovery"


def escalation_lines(context: TimelineContext) -> Iterator[Line]:
    """Escalations"""
    events = event_model_of(Escalation)
    assert events is not None, "escalations are tracked"
    escalations = Escalation.objects.filter(order_id=context.order_id).order_by("-opened_at", "-id")
    for escalation in escalations[: context.most]:
        yield from _lines_of(escalation, list_changes(events, pk=escalation.pk))


def _lines_of(escalation: Escalation, changes: list[Change]) -> Iterator[Line]:
    """Newest first, as the changes come; of calls in a row only the newest, which says how many there were."""
    was_called = False
    for change in changes:
        changed = {field.name: field.after for field in change.fields}
        who = _name(change.who)
        if changed.get("resolved at"):
            resolution = escalation.resolution
            yield _line(changed["resolved at"], "Escalation resolved", detail=resolution, who=who, kind="good")
        elif changed.get("acknowledged at"):
            yield _line(changed["acknowledged at"], "Escalation acknowledged", who=who, kind="notice")
        elif (times := changed.get("times called")) and not was_called:
            yield _line(change.at, f"Escalation called again, {times} times in all", kind="critical")
        was_called = "times called" in changed
    opened_by = _name(changes[-1].who) if changes else ""
    yield Line(
        at=escalation.opened_at,
        source=SOURCE,
        title=f"Escalated: {escalation.get_reason_display()}",
        detail=escalation.note,
        who=opened_by,
        url=reverse("admin:checkout_escalation_change", args=[escalation.pk]),
        kind="critical",
    )


def _line(at: datetime, title: str, *, detail: str = "", who: str = "", kind: str) -> Line:
    return Line(at=at, source=SOURCE, title=title, detail=detail, who=who, kind=kind)


def _name(who: str) -> str:
    """`user:ada` is Ada's doing; tasks and commands are the platform's own."""
    kind, _, name = who.partition(":")
    return name if kind in {"user", "client"} else ""
