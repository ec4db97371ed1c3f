"""What onboarding keeps of people: what they said, what was written to them, and what they handed in."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from onboarding.actions.erase_client import erase_client
from onboarding.models import Artifact, Interaction, Journey, JourneyEvent, Task
from smplat import personal_data
from smplat.personal_data import Erased, Person, PersonalData


def register() -> None:
    """Let a person be exported and erased here; the checkout knows their address."""
    personal_data.register(PersonalData(name="onboarding", export=_export, erase=_erase))


def _export(person: Person) -> dict[str, list[dict[str, Any]]]:
    journeys = Journey.objects.filter(order__customer__in=person.ids).order_by("created_at", "id")
    tasks = Task.objects.filter(journey__in=journeys).order_by("journey", "sort_order", "slug")
    artifacts = Artifact.objects.filter(journey__in=journeys).order_by("created_at", "id")
    interactions = Interaction.objects.filter(journey__in=journeys).order_by("created_at", "id")
    events = JourneyEvent.objects.filter(journey__in=journeys).order_by("occurred_at", "id")
    tables: dict[str, Iterable[Any]] = {
        "journeys": journeys.values(
            "id", "order_id", "status", "referral_code", "context", "started_at", "completed_at"
        ),
        "tasks": tasks.values("journey_id", "title", "status", "due_at", "completed_at"),
        "artifacts": artifacts.values("journey_id", "label", "url", "received_at"),
        "interactions": interactions.values("journey_id", "actor_type", "channel", "summary", "details", "created_at"),
        "events": events.values("journey_id", "event_type", "status_after", "metadata", "occurred_at"),
    }
    return {name: [dict(row) for row in rows] for name, rows in tables.items()}


def _erase(person: Person, *, now: datetime) -> Erased:
    counts: Counter[str] = Counter()
    for customer_id in person.ids:
        counts.update(asdict(erase_client(customer_id=customer_id, now=now)))
    return Erased(counts=dict(counts))
