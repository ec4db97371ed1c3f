"""Finding orders by what a customer reads out: a number, an address, an id. Each way is served by an index."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from unfold.dataclasses import SearchResult

from checkout.customers import customers_at
from checkout.models import Customer, Order

NOBODY = Q(pk__isnull=True)
_NUMBER = re.compile(r"(?:SM)?(\d{1,12})", re.IGNORECASE)
MOST_JUMPS = 5


def order_condition(words: str, *, may_see_customers: bool) -> Q:
    """Which orders the words name, exactly; addresses only for those who may see them."""
    wanted = words.strip()
    if number := _NUMBER.fullmatch(wanted):
        return Q(order_number=f"SM{int(number[1]):06d}")
    if "@" in wanted and may_see_customers:
        return Q(customer__in=list(customers_at(wanted.replace("\0", "")).values_list("pk", flat=True)))
    identity = _read_uuid(wanted)
    return Q(pk=identity) | Q(customer_id=identity) if identity else NOBODY


def customer_condition(words: str) -> Q:
    """Which customers the words name, exactly."""
    wanted = words.strip()
    if identity := _read_uuid(wanted):
        return Q(pk=identity)
    return Q(pk__in=list(customers_at(wanted.replace("\0", "")).values_list("pk", flat=True))) if wanted else NOBODY


def jump_to_orders(person: Any, words: str) -> Iterator[SearchResult]:
    """The command search's answers about orders."""
    if not person.has_perm("checkout.view_order"):
        return
    condition = order_condition(words, may_see_customers=person.has_perm("checkout.view_customer"))
    for order in Order.objects.filter(condition).order_by("-created_at", "-id")[:MOST_JUMPS]:
        address = reverse("admin:checkout_order_change", args=[order.pk])
        yield SearchResult(
            title=order.order_number, description=order.get_status_display(), link=address, icon="shopping_cart"
        )


def name_of(customer: Customer | None) -> str:
    """How lists name a customer."""
    if customer is None:
        return "\N{EN DASH}"
    if customer.erased_at:
        return "erased"
    return customer.email or customer.name or str(customer.pk)


def _read_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
