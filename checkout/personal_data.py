"""What the checkout keeps of people: who customers are, and what they wrote into their orders."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from checkout.actions.erase_customer import erase_customer
from checkout.customers import customers_at
from checkout.models import Customer, Escalation, OrchestrationEvent, Order, OrderItem, OrderStateEvent
from smplat import personal_data
from smplat.personal_data import Erased, Person, PersonalData


def register() -> None:
    """Let a person be found by address, exported and erased here."""
    personal_data.register(PersonalData(name="checkout", find=_find, export=_export, erase=_erase))


def _find(email: str) -> Iterable[UUID]:
    return customers_at(email).values_list("pk", flat=True)


def _export(person: Person) -> dict[str, list[dict[str, Any]]]:
    orders = Order.objects.filter(customer__in=person.ids).order_by("created_at", "id")
    items = OrderItem.objects.filter(order__in=orders).order_by("order", "position")
    events = OrchestrationEvent.objects.filter(orchestration__order__in=orders).order_by("created_at", "id")
    log = OrderStateEvent.objects.filter(order__in=orders).order_by("created_at", "id")
    escalations = Escalation.objects.filter(order__in=orders).order_by("opened_at", "id")
    tables: dict[str, Iterable[Any]] = {
        "customers": Customer.objects.filter(pk__in=person.ids).order_by("pk").values(),
        "orders": orders.values(),
        "items": items.values(),
        "checkout_events": events.values(
            "orchestration__order_id", "stage", "status", "transition_note", "payload", "created_at"
        ),
        "state_events": log.values("order_id", "event_type", "to_status", "notes", "metadata", "created_at"),
        "escalations": escalations.values("order_id", "stage", "reason", "note", "resolution", "opened_at"),
    }
    return {name: [dict(row) for row in rows] for name, rows in tables.items()}


def _erase(person: Person, *, now: datetime) -> Erased:
    counts: Counter[str] = Counter()
    remaining: list[str] = []
    for customer_id in person.ids:
        remaining += _mentions(customer_id)
        counts.update(asdict(erase_customer(customer_id=customer_id, now=now)))
    return Erased(counts=dict(counts), remaining=tuple(remaining))


def _mentions(customer_id: UUID) -> Iterator[str]:
    """Evidence that quotes the customer although senders are told to put ids there: nothing can take it out."""
    customer = Customer.objects.filter(pk=customer_id).first()
    words = [word.lower() for word in (customer.email, customer.name) if word] if customer else []
    if not words:
        return
    for order in Order.objects.filter(customer_id=customer_id).order_by("created_at", "id"):
        written = [
            *OrchestrationEvent.objects.filter(orchestration__order=order).values_list("transition_note", "payload"),
            *OrderStateEvent.objects.filter(order=order).values_list("notes", "metadata"),
        ]
        count = sum(any(word in str(texts).lower() for word in words) for texts in written)
        if count:
            yield f"The log of {order.order_number} names them {count} time(s)."
