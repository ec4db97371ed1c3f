"""Reads of the outbox that return plain values."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from smplat.bulk_rows import among
from smplat.outbox.choices import Category, State
from smplat.outbox.models import Message, Preference, PreferenceChange

DELIVERY_WORDS = {
    State.PENDING: "queued",
    State.LEASED: "queued",
    State.DELIVERED: "sent",
    State.DEAD: "failed",
}


@dataclass(frozen=True)
class LastContact:
    """When somebody was last written to, about what and how."""

    topic: str
    channel: str
    at: datetime


def get_preference(recipient_id: UUID) -> Preference:
    """A person's choices; the defaults, unsaved, when they never chose."""
    return Preference.objects.filter(recipient_id=recipient_id).first() or Preference(recipient_id=recipient_id)


def find_unwilling(*, recipient_ids: Collection[UUID], category: Category) -> set[UUID]:
    """Those of these people who do not want messages of this category. One query."""
    choices = {choice.recipient_id: choice for choice in among(Preference.objects.all(), "recipient_id", recipient_ids)}
    by_default = Preference().allows(category)
    return {one for one in recipient_ids if not (choices[one].allows(category) if one in choices else by_default)}


def delivery_of(message_ids: Iterable[UUID]) -> dict[UUID, str]:
    """What became of messages, in words that logs show: sent, queued, failed, or suppressed:<why>. One query."""
    rows = Message.objects.filter(pk__in=set(message_ids)).values_list("pk", "state", "suppressed_because")
    return {
        pk: f"suppressed:{why}" if state == State.SUPPRESSED else DELIVERY_WORDS[State(state)]
        for pk, state, why in rows
    }


def find_last_contact(recipient_id: UUID) -> LastContact | None:
    """The newest message to a person that has left or will; None when there is none."""
    messages = Message.objects.filter(recipient_id=recipient_id).exclude(state__in=(State.SUPPRESSED, State.DEAD))
    newest = messages.order_by("-created_at").first()
    return LastContact(newest.topic, newest.channel, newest.delivered_at or newest.created_at) if newest else None


def list_due_recipients(channel: str, *, now: datetime) -> list[str]:
    """Everybody for whom something is due on a channel."""
    due = Message.objects.filter(channel=channel, state=State.PENDING, due_at__lte=now)
    return list(due.order_by("recipient").values_list("recipient", flat=True).distinct())


def list_recipient_facts(recipient_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """All that is kept about a person, for `export_person`."""
    messages = Message.objects.filter(recipient_id=recipient_id).order_by("created_at")
    changes = PreferenceChange.objects.filter(recipient_id=recipient_id).order_by("id")
    sent = messages.values("topic", "channel", "recipient", "payload", "state", "created_at", "delivered_at")
    return {
        "preferences": [dict(row) for row in Preference.objects.filter(recipient_id=recipient_id).values()],
        "preference_changes": [dict(row) for row in changes.values("category", "wants", "source", "at")],
        "messages": [dict(row) for row in sent],
    }
