"""Journey templates: the one that ships, and which one an order gets."""

from datetime import datetime
from typing import Any
from uuid import UUID

from checkout.models import Order
from onboarding.errors import TemplateNotFound
from onboarding.models import JourneyTemplate, TemplateTask
from onboarding.rules.checklists import Line
from onboarding.states import SelfCheck
from smplat.db import transaction

DEFAULT_SLUG = "default"
DAY = 24
# The three tasks every storefront client knows (contract 3.3).
DEFAULT_TASKS: tuple[dict[str, Any], ...] = (
    {
        "slug": "intake",
        "title": "Tell us about your campaign",
        "description": "Who you want to reach, what you offer and what a good result looks like. Ten minutes are enough.",
        "sort_order": 1,
        "due_after_hours": 2 * DAY,
    },
    {
        "slug": "assets",
        "title": "Hand in your files and access",
        "description": "Pictures, texts and logos as links, and access to the accounts we work with.",
        "sort_order": 2,
        "due_after_hours": 4 * DAY,
        "required_artifacts": ["Creative files"],
        "self_check": SelfCheck.ARTIFACTS_RECEIVED,
    },
    {
        "slug": "collaboration",
        "title": "Choose how we stay in touch",
        "description": "The channel you read every day, and who answers when we have a question.",
        "sort_order": 3,
        "due_after_hours": 7 * DAY,
    },
)


def create_missing_template(*, now: datetime) -> None:
    """Ship the default template where there is none; later versions are people's."""
    if JourneyTemplate.objects.filter(slug=DEFAULT_SLUG).exists():
        return
    with transaction():
        fresh = JourneyTemplate(
            slug=DEFAULT_SLUG, title="Standard onboarding", is_current=True, created_at=now, created_by="smplat"
        )
        JourneyTemplate.objects.bulk_create([fresh], ignore_conflicts=True)
        # Two migrates at once: the one whose row was ignored finds the other's.
        if JourneyTemplate.objects.filter(pk=fresh.pk).exists():
            TemplateTask.objects.bulk_create(TemplateTask(template=fresh, **values) for values in DEFAULT_TASKS)


def find_template(order: Order) -> JourneyTemplate:
    """The current template for the category of the order's first item, or else the default one."""
    first = order.items.select_related("product").order_by("position").first()
    category = first.product.category if first else ""
    current = JourneyTemplate.objects.filter(is_current=True)
    chosen = current.filter(product_category=category).first() if category else None
    return chosen or current.get(product_category="")


def lines_of(template: JourneyTemplate) -> list[Line]:
    """The checklist of a version as a value, in the order a client reads it."""
    return [
        Line(
            slug=task.slug,
            title=task.title,
            description=task.description,
            sort_order=task.sort_order,
            due_after_hours=task.due_after_hours,
            preferred_channel=task.preferred_channel,
            required_artifacts=tuple(task.required_artifacts),
            depends_on=task.depends_on,
            self_check=task.self_check,
        )
        for task in template.tasks.order_by("sort_order", "slug")
    ]


def get_template(template_id: UUID) -> JourneyTemplate:
    """One version.

    Raises:
        TemplateNotFound: there is none.
    """
    template = JourneyTemplate.objects.filter(pk=template_id).first()
    if template is None:
        raise TemplateNotFound
    return template
