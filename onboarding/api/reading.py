"""Journeys and tasks read as bodies, for the views that answer with them."""

from typing import Any
from uuid import UUID

from onboarding.api.rendering import journey_body, task_body
from onboarding.journeys import list_tasks
from onboarding.models import Task
from onboarding.queries.journey_detail import get_journey_of


def read_journey(order_id: UUID) -> dict[str, Any]:
    """The journey of an order.

    Raises:
        JourneyNotFound: the order has none, or there is no such order.
    """
    journey = get_journey_of(order_id)
    return journey_body(journey, list_tasks(journey))


def read_task(task_id: UUID) -> dict[str, Any]:
    """A task that an action has just found."""
    return task_body(Task.objects.get(pk=task_id))
