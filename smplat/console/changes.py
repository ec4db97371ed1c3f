"""The history of a row as people read it: who changed what, when and why; newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model
from pghistory.core import event_models

# A page of history; older changes are in the event table.
MOST_CHANGES = 200
_WORDS = {"insert": "Created", "update": "Changed", "delete": "Deleted"}


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """One column that was different afterwards."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, kw_only=True)
class Change:
    """One write to the row."""

    at: datetime
    what: str
    who: str
    why: str
    request_id: str
    fields: Sequence[FieldChange]


def event_model_of(model: type[Model]) -> type[Model] | None:
    """The table of a model's history; none when it is not tracked."""
    found: list[type[Model]] = event_models(tracks_model=model)
    return found[0] if found else None


def list_changes(events: type[Model], *, pk: Any) -> list[Change]:
    """The newest changes of one row."""
    rows = list(events._default_manager.filter(pgh_obj_id=pk).order_by("-pgh_id")[: MOST_CHANGES + 1])  # noqa: SLF001 - Django's documented API
    names = [field.attname for field in events._meta.concrete_fields if not field.name.startswith("pgh_")]  # noqa: SLF001 - Django's documented API
    older = [*rows[1:], None]
    return [_change(row, before, names) for row, before in zip(rows, older, strict=True)][:MOST_CHANGES]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldChange]:
    """What changed between two states of a row."""
    return [
        FieldChange(name=name.removesuffix("_id").replace("_", " "), before=before.get(name), after=value)
        for name, value in after.items()
        if before.get(name) != value
    ]


def _change(row: Any, before: Any, names: Sequence[str]) -> Change:
    context = row.pgh_context or {}
    state = {name: getattr(row, name) for name in names}
    is_update = row.pgh_label == "update" and before is not None
    return Change(
        at=row.pgh_created_at,
        what=_WORDS.get(row.pgh_label, row.pgh_label),
        who=context.get("who", "unknown: written without the application"),
        why=context.get("why", ""),
        request_id=context.get("request_id", ""),
        fields=differences({name: getattr(before, name) for name in names}, state) if is_update else [],
    )
