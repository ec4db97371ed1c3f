"""Reads of the outbox that return plain values."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from smplat.outbox.choices import Category
from smplat.outbox.models import Message, Preference, PreferenceChange


def get_preference(recipient_id: UUID) -> Preference:
    """A person's choices; the defaults, unsaved, when they never chose."""
    return Preference.objects.filter(recipient_id=recipient_id).first() or Preference(recipient_id=recipient_id)


def find_unwilling(*, recipient_ids: Collection[UUID], category: Category) -> set[UUID]:
    """Those of these people who do not want messages of this category. One query."""
    choices = Preference.objects.in_bulk(recipient_ids)
    by_default = Preference().allows(category)
    return {one for one in recipient_ids if not (choices[one].allows(category) if one in choices else by_default)}


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
