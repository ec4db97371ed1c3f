"""Finding journeys by what a client reads out: an order's number, an address, a referral code. Each way is served by an index."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from unfold.dataclasses import SearchResult

from checkout.console.order_search import order_condition
from checkout.models import Order
from onboarding.models import Journey

# One person's orders; more are a list to filter.
MOST_ORDERS = 500
MOST_JUMPS = 5


def journey_condition(words: str, *, may_see_customers: bool) -> Q:
    """Which journeys the words name, exactly; addresses only for those who may see them."""
    wanted = words.strip().replace("\0", "")
    orders = Order.objects.filter(order_condition(wanted, may_see_customers=may_see_customers))
    found = Q(order_id__in=list(orders.values_list("pk", flat=True)[:MOST_ORDERS]))
    if identity := _read_uuid(wanted):
        return found | Q(pk=identity)
    # Not empty: the index holds only journeys that have a code.
    return found | (Q(referral_code=wanted) & ~Q(referral_code="")) if wanted else found


def jump_to_journeys(person: Any, words: str) -> Iterator[SearchResult]:
    """The command search's answers about journeys."""
    if not person.has_perm("onboarding.view_journey"):
        return
    condition = journey_condition(words, may_see_customers=person.has_perm("checkout.view_customer"))
    for journey in (
        Journey.objects.filter(condition).select_related("order").order_by("-started_at", "-id")[:MOST_JUMPS]
    ):
        yield SearchResult(
            title=f"{journey.order.order_number}: onboarding",
            description=f"{journey.get_status_display()}, {journey.progress_percentage:.0f} %",
            link=reverse("admin:onboarding_journey_change", args=[journey.pk]),
            icon="checklist",
        )


def _read_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
