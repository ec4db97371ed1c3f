"""Who changed what, and why: written by triggers of PostgreSQL into one append-only event table per model.

A model opts in with `@tracked()`. Doors say who acts (`acting`), actions may add a reason (`why`). Both travel to the
trigger as settings of the transaction, so a change by hand in psql is recorded as well, only without a name.
"""

import getpass
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pghistory
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from pghistory.models import Event

ModelClass = TypeVar("ModelClass", bound=type[models.Model])


class HistoryEvent(Event):
    """Base of every event table: a bigger id than pghistory's own."""

    pgh_id = models.BigAutoField(primary_key=True)

    class Meta:
        abstract = True


def tracked(*, exclude: Sequence[str] = ()) -> Callable[[ModelClass], ModelClass]:
    """Keep every insert, update and delete of a model, with its context, in `<Model>Event`.

    `exclude` names what must not be copied: secrets and hashes of secrets.
    """
    decorate: Callable[[ModelClass], ModelClass] = pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=list(exclude),
        base_model=HistoryEvent,
        context_field=pghistory.ContextJSONField(),
        # One context is one JSON: its id would only repeat what request_id says. (None is documented, only not annotated.)
        context_id_field=None,  # type: ignore[arg-type]
        append_only=True,
    )
    return decorate


@contextmanager
def acting(*, who: str, request_id: str = "", url: str = "", why: str = "") -> Iterator[None]:
    """Name who acts while the block runs: `user:alice`, `client:storefront`, `task:…`, `command:…`."""
    with _context(who=who, request_id=request_id, url=url, why=why):
        yield


@contextmanager
def why(reason: str) -> Iterator[None]:
    """Record the reason of every change inside the block; outside a door the process itself is named as the actor."""
    with _context(why=reason):
        yield


def name_actor(who: str) -> None:
    """Name the caller of a request whose identity is known only inside the view."""
    pghistory.context(who=who)


def process_name() -> str:
    """How this process appears as an actor when no door named one: `command:switch by root`."""
    program, *arguments = sys.argv or [""]
    if Path(program).name == "__main__.py":
        # python -m smplat.demo: the package is the program, its options say nothing.
        return f"program:{Path(program).parent.name} by {_system_user()}"
    words = [Path(program).name, *arguments]
    command = next((word for word in words[1:] if not word.startswith("-")), words[0])
    kind = "command" if words[0] == "manage.py" else words[0]
    return f"{kind}:{command} by {_system_user()}"


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container may run under a number that has no name.
        return str(os.getuid())


def stamp_session(connection: BaseDatabaseWrapper) -> None:
    """Name this process as the actor of everything that no door names, for as long as the connection lives."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pghistory.context_metadata', %s, false)", [json.dumps({"who": process_name()})]
        )


@contextmanager
def _context(**facts: Any) -> Iterator[None]:
    """Add facts to the current context and take them away again (pghistory keeps what a nested context added)."""
    with pghistory.context() as current:
        before = dict(current.metadata)
        current.metadata.setdefault("who", process_name())
        current.metadata.update({name: value for name, value in facts.items() if value})
        try:
            yield
        finally:
            current.metadata.clear()
            current.metadata.update(before)
