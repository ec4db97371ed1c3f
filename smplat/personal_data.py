"""Where personal data lives: whoever keeps some registers here, so that a person is exported and erased as a whole.

Domains register in `ready()` (docs/personal-data.md). A person is the ids they are known by. Evidence and the history of
tracked tables hold such ids and nothing else of a person, so there is nothing to erase in them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from smplat.errors import NotFound


class PersonNotFound(NotFound):
    """Nobody is known by this address."""

    code = "person-not-found"


@dataclass(frozen=True)
class Person:
    """Whom it is about. One address may have become several customers."""

    ids: tuple[UUID, ...]


@dataclass(frozen=True)
class Erased:
    """What one domain forgot."""

    # What was emptied, by a word for it: {"customers": 1, "orders": 3}. A second run answers zeros.
    counts: Mapping[str, int]
    # A sentence for each thing that could not be erased yet: run it again later.
    unfinished: tuple[str, ...] = ()
    # A sentence for each thing that no run can erase.
    remaining: tuple[str, ...] = field(default=())


class Erase(Protocol):
    """Empties what a domain keeps of a person, in transactions of its own. Twice is once."""

    def __call__(self, person: Person, *, now: datetime) -> Erased:
        """What was forgotten."""


@dataclass(frozen=True, kw_only=True)
class PersonalData:
    """What one domain keeps of people."""

    name: str
    # All of it, as plain values for one JSON file.
    export: Callable[[Person], Any]
    erase: Erase
    # The ids known under an address; only where addresses are kept.
    find: Callable[[str], Iterable[UUID]] | None = None


_registered: dict[str, PersonalData] = {}


def register(data: PersonalData) -> None:
    """Declare where personal data lives; registering it again changes nothing.

    Raises:
        ValueError: the name belongs to somebody else already.
    """
    if _registered.setdefault(data.name, data) != data:
        raise ValueError(f"personal data {data.name} is registered twice")


def registered() -> list[PersonalData]:
    """All of it. Who knows the address comes first: once it has forgotten it, nothing new is written to the person."""
    return sorted(_registered.values(), key=lambda data: (data.find is None, data.name))


def find_person(*, email: str) -> Person:
    """The person with this address.

    Raises:
        PersonNotFound: no domain knows it, for example because it was erased.
    """
    ids = {found for data in registered() if data.find for found in data.find(email)}
    if not ids:
        raise PersonNotFound
    return Person(tuple(sorted(ids)))


def export_person(person: Person) -> dict[str, Any]:
    """Everything that is kept of a person, by domain."""
    return {data.name: data.export(person) for data in registered()}


def erase_person(person: Person, *, now: datetime) -> Erased:
    """Forget a person everywhere. Cut off in the middle, a second run with the same ids does the rest."""
    parts = [data.erase(person, now=now) for data in registered()]
    return Erased(
        counts={name: count for part in parts for name, count in part.counts.items()},
        unfinished=tuple(sentence for part in parts for sentence in part.unfinished),
        remaining=tuple(sentence for part in parts for sentence in part.remaining),
    )
