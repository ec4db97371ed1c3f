"""One journey with everything that an operator reads about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from onboarding.contacts import shown_metadata
from onboarding.errors import JourneyNotFound
from onboarding.journeys import list_tasks
from onboarding.models import Artifact, Interaction, Journey, Task
from onboarding.queries.journeys import JourneySummary, summarise
from onboarding.queries.opportunities import Opportunity, list_opportunities
from onboarding.queries.providers import ProviderOfOrder, list_providers_of_order

MOST_INTERACTIONS = 50


@dataclass(frozen=True)
class JourneyDetail:
    """A journey and its parts: tasks by sort order, artifacts oldest first, interactions newest first."""

    summary: JourneySummary
    tasks: tuple[Task, ...]
    artifacts: tuple[Artifact, ...]
    interactions: tuple[Interaction, ...]
    # Of interactions by id; that of nudges tells what became of their message.
    metadata: Mapping[UUID, dict[str, Any] | None]
    opportunities: tuple[Opportunity, ...]
    providers: tuple[ProviderOfOrder, ...]


def get_journey(journey_id: UUID) -> Journey:
    """The journey with its order and customer.

    Raises:
        JourneyNotFound: there is none.
    """
    journey = Journey.objects.select_related("order__customer").filter(pk=journey_id).first()
    if journey is None:
        raise JourneyNotFound
    return journey


def get_journey_of(order_id: UUID) -> Journey:
    """The journey of an order.

    Raises:
        JourneyNotFound: the order has none, or there is no such order.
    """
    journey = Journey.objects.select_related("order").filter(order=order_id).first()
    if journey is None:
        raise JourneyNotFound
    return journey


def get_detail(journey_id: UUID, *, now: datetime) -> JourneyDetail:
    """The journey and its parts.

    Raises:
        JourneyNotFound: there is none.
    """
    journey = get_journey(journey_id)
    tasks = tuple(list_tasks(journey))
    newest = Interaction.objects.filter(journey=journey).order_by("-created_at", "-id")
    interactions = tuple(newest[:MOST_INTERACTIONS])
    return JourneyDetail(
        summary=summarise([journey], now=now)[0],
        tasks=tasks,
        artifacts=tuple(Artifact.objects.filter(journey=journey).order_by("created_at", "id")),
        interactions=interactions,
        metadata=shown_metadata(interactions),
        opportunities=tuple(list_opportunities(journey, now=now)),
        providers=tuple(list_providers_of_order(journey.order_id)),
    )
