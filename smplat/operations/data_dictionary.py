"""docs/data-dictionary.md out of the models: what an analyst or a maintainer wants to know of each table."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Field, ForeignKey, Model

from smplat.evidence import Evidence

# Third parties' tables are documented by them.
OWN_MODULES = ("smplat", "analytics", "onboarding", "checkout", "merchandising", "guardrails")
TITLE = """# Data dictionary

Written by `manage.py write_data_dictionary` from the models; a test holds it current. Tables whose name ends in `_event` and
whose columns begin with `pgh_` are history, filled by database triggers."""


def render() -> str:
    """The whole page."""
    return "\n".join([TITLE, *(line for model in list_models() for line in describe_table(model))]) + "\n"


def list_models() -> list[type[Model]]:
    """Our tables, by name."""
    own = [model for model in apps.get_models() if model.__module__.split(".")[0] in OWN_MODULES]
    return sorted(own, key=lambda model: model._meta.db_table)  # noqa: SLF001 - Django's documented API


def describe_table(model: type[Model]) -> Iterator[str]:
    """Heading, purpose, columns, constraints and indexes of one table."""
    options = model._meta  # noqa: SLF001 - Django's documented API
    yield f"\n## {options.db_table}\n"
    yield f"{options.app_label}.{options.object_name}. {first_paragraph(model)}".strip()
    if issubclass(model, Evidence):
        yield "\nAppend-only: PostgreSQL refuses UPDATE and DELETE."
    yield "\n| column | type | null | meaning |\n|---|---|---|---|"
    for field in options.local_concrete_fields:
        yield describe_column(field)
    yield from describe_list("Constraints", (constraint.name for constraint in options.constraints))
    yield from describe_list("Indexes", (index.name for index in options.indexes))


def first_paragraph(model: type[Model]) -> str:
    """What the model's docstring says first; Django writes one for models that have none, which says nothing."""
    text = (model.__doc__ or "").strip().split("\n\n")[0]
    return "" if text.startswith(f"{model.__name__}(") else " ".join(text.split())


def describe_column(field: "Field[Any, Any]") -> str:
    """One row of the table of columns."""
    meaning = [str(field.help_text).replace("|", "\\|")] if field.help_text else []
    if field.primary_key:
        meaning.append("Primary key.")
    elif field.unique:
        meaning.append("Unique.")
    if isinstance(field, ForeignKey):
        target = field.related_model._meta  # noqa: SLF001 - Django's documented API
        meaning.append(f"References {target.db_table}.")
    if field.choices:
        meaning.append(f"One of: {', '.join(str(value) for value, _ in field.flatchoices)}.")
    nullable = "yes" if field.null else "no"
    return f"| {field.column} | {field.db_type(connection)} | {nullable} | {' '.join(meaning)} |"


def describe_list(title: str, names: Iterable[str]) -> Iterator[str]:
    """Nothing for an empty list."""
    listed = [f"`{name}`" for name in names]
    if listed:
        yield f"\n{title}: {', '.join(listed)}."
