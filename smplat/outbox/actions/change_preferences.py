"""Change what a person wants to hear."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from uuid import UUID

from smplat.db import transaction
from smplat.outbox.choices import Category, ChangeSource
from smplat.outbox.models import Preference, PreferenceChange


class Unchanged(Enum):
    """Not mentioned; None would mean: clear."""

    UNCHANGED = "unchanged"


def change_preferences(
    *,
    recipient_id: UUID,
    wants: Mapping[Category, bool],
    source: ChangeSource,
    now: datetime,
    last_selected_order_id: UUID | Unchanged | None = Unchanged.UNCHANGED,
) -> Preference:
    """Set the categories given, keep the others; every real change leaves a line of evidence.

    From the commit on no claim sends what was switched off. Twice is once: what already holds writes nothing.
    """
    with transaction():
        preference = _lock(recipient_id, now)
        changed = {category: value for category, value in wants.items() if preference.allows(category) != value}
        updates: dict[str, object] = {category.value: value for category, value in changed.items()}
        if last_selected_order_id not in (Unchanged.UNCHANGED, preference.last_selected_order_id):
            updates["last_selected_order_id"] = last_selected_order_id
        _apply(preference, updates, now)
        _keep_evidence(recipient_id, changed, source, now)
    return preference


def _lock(recipient_id: UUID, now: datetime) -> Preference:
    Preference.objects.bulk_create([Preference(recipient_id=recipient_id, updated_at=now)], ignore_conflicts=True)
    return Preference.objects.select_for_update().get(recipient_id=recipient_id)


def _apply(preference: Preference, updates: Mapping[str, object], now: datetime) -> None:
    if not updates:
        return
    for name, value in updates.items():
        setattr(preference, name, value)
    preference.updated_at = now
    preference.save(update_fields=[*updates, "updated_at"])


def _keep_evidence(recipient_id: UUID, changed: Mapping[Category, bool], source: ChangeSource, now: datetime) -> None:
    PreferenceChange.objects.bulk_create(
        PreferenceChange(recipient_id=recipient_id, category=category, wants=value, source=source, at=now)
        for category, value in changed.items()
    )
