"""One journey with everything that an operator reads about it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from onboarding.errors import JourneyNotFound
from onboarding.journeys import list_tasks
from onboarding.models import Artifact, Interaction, Journey, Task
from onboarding.queries.journeys import JourneySummary, summarise
from onboarding.queries.providers import ProviderOfOrder, list_providers_of_order

MOST_INTERACTIONS = 50


@dataclass(frozen=True)
class JourneyDetail:
    """A journey and its parts: tasks by sort order, artifacts oldest first, interactions newest first."""

    summary: JourneySummary
    tasks: tuple[Task, ...]
    artifacts: tuple[Artifact, ...]
    interactions: tuple[Interaction, ...]
    providers: tuple[ProviderOfOrder, ...]


def get_journey(journey_id: UUID) -> Journey:
    """The journey with its order.

    Raises:
        JourneyNotFound: there is none.
    """
    journey = Journey.objects.select_related("order").filter(pk=journey_id).first()
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
    interactions = Interaction.objects.filter(journey=journey).order_by("-created_at", "-id")
    return JourneyDetail(
        summary=summarise([journey], now=now)[0],
        tasks=tasks,
        artifacts=tuple(Artifact.objects.filter(journey=journey).order_by("created_at", "id")),
        interactions=tuple(interactions[:MOST_INTERACTIONS]),
        providers=tuple(list_providers_of_order(journey.order_id)),
    )
