"""Journeys as the storefront reads them (contract 3.4): snake_case."""

from collections.abc import Sequence
from typing import Any

from onboarding.models import Journey, Task


def journey_body(journey: Journey, tasks: Sequence[Task]) -> dict[str, Any]:
    """A journey with the tasks that count."""
    return {
        "id": journey.pk,
        "order_id": journey.order_id,
        "status": journey.status,
        "progress_percentage": journey.progress_percentage,
        "referral_code": journey.referral_code or None,
        "started_at": journey.started_at,
        "completed_at": journey.completed_at,
        "tasks": [task_body(task) for task in tasks],
    }


def task_body(task: Task) -> dict[str, Any]:
    """One task."""
    return {
        "id": task.pk,
        "slug": task.slug,
        "title": task.title,
        "description": task.description or None,
        "status": task.status,
        "sort_order": task.sort_order,
        "due_at": task.due_at,
        "completed_at": task.completed_at,
    }
