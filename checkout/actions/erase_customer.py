"""Forget a customer: part of `erase_person`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from checkout.models import Customer, Escalation, Orchestration, Order, OrderItem
from smplat.api.actions.redact_receipts import redact_receipts
from smplat.db import transaction

# What a new customer has who says nothing about it.
UNKNOWN_LOCALE = Customer._meta.get_field("locale").default  # noqa: SLF001 - Django's public API
UNKNOWN_TIME_ZONE = Customer._meta.get_field("time_zone").default  # noqa: SLF001


@dataclass(frozen=True)
class CustomerErased:
    """How many rows were emptied of what the customer had said."""

    customers: int
    orders: int
    items: int
    checkouts: int
    escalations: int
    answers: int


def erase_customer(*, customer_id: UUID, now: datetime) -> CustomerErased:
    """Empty name, address and everything the customer or an operator wrote about them.

    Orders, amounts and logs stay: they belong to the books and name the customer by id only. Twice is once.
    """
    with transaction() as keep:
        known = Customer.objects.filter(pk=customer_id, erased_at__isnull=True)
        customers = known.update(email="", name="", locale=UNKNOWN_LOCALE, time_zone=UNKNOWN_TIME_ZONE, erased_at=now)
        theirs = _hold(customer_id)
        return keep(
            CustomerErased(
                customers=customers,
                orders=Order.objects.filter(pk__in=theirs).exclude(notes="").update(notes=""),
                items=_empty_items(theirs),
                checkouts=Orchestration.objects.filter(order__in=theirs).exclude(metadata={}).update(metadata={}),
                escalations=_empty_escalations(theirs),
                answers=sum(redact_receipts(mentioning=order_id, instead=_instead(order_id)) for order_id in theirs),
            )
        )


def _hold(customer_id: UUID) -> list[UUID]:
    """Lock their orders and then the checkouts, each by id, as everywhere."""
    orders = Order.objects.select_for_update(no_key=True).filter(customer_id=customer_id)
    theirs = list(orders.order_by("pk").values_list("pk", flat=True))
    checkouts = Orchestration.objects.select_for_update(no_key=True).filter(order__in=theirs)
    list(checkouts.order_by("pk").values_list("pk", flat=True))
    return theirs


def _empty_items(orders: Sequence[UUID]) -> int:
    """Options and contexts carry account names of the customer."""
    said = Q(selected_options__isnull=False) | Q(attributes__isnull=False) | Q(platform_context__isnull=False)
    items = OrderItem.objects.filter(said, order__in=orders)
    return items.update(selected_options=None, attributes=None, platform_context=None)


def _empty_escalations(orders: Sequence[UUID]) -> int:
    written = Escalation.objects.filter(order__in=orders).exclude(note="", resolution="")
    return written.update(note="", resolution="")


def _instead(order_id: UUID) -> str:
    """What a retry with the same Idempotency-Key is answered now: enough to find the order."""
    return json.dumps({"id": str(order_id), "orderId": str(order_id), "erased": True})
