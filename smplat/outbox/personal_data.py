"""What the outbox keeps of people: messages to them until they are purged, and what they want to hear."""

from collections import Counter
from datetime import datetime
from typing import Any

from smplat import personal_data
from smplat.outbox.actions.erase_recipient import erase_recipient
from smplat.outbox.queries import list_recipient_facts
from smplat.personal_data import Erased, Person, PersonalData


def register() -> None:
    """Let a person be exported and erased here too."""
    personal_data.register(PersonalData(name="outbox", export=_export, erase=_erase))


def _export(person: Person) -> dict[str, list[dict[str, Any]]]:
    facts: dict[str, list[dict[str, Any]]] = {"preferences": [], "preference_changes": [], "messages": []}
    for recipient_id in person.ids:
        for kind, rows in list_recipient_facts(recipient_id).items():
            facts[kind] += rows
    return facts


def _erase(person: Person, *, now: datetime) -> Erased:
    counts = Counter({"messages": 0, "withheld": 0})
    in_delivery = 0
    for recipient_id in person.ids:
        erased = erase_recipient(recipient_id=recipient_id, now=now)
        counts.update(messages=erased.emptied, withheld=erased.withheld)
        in_delivery += erased.in_delivery
    sentence = f"{in_delivery} message{'s are' if in_delivery != 1 else ' is'} in delivery at this moment."
    return Erased(counts=dict(counts), unfinished=(sentence,) if in_delivery else ())
