"""Finding or making the customer of an order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Lower

from checkout.models import Customer
from smplat.db import require_transaction
from smplat.instances import Columns

CUSTOMER: Final = Columns(Customer, "customer")
FIND: Final = f"SELECT {CUSTOMER} FROM checkout_customer AS customer WHERE customer.id = %s"  # noqa: S608 - names of columns


@dataclass(frozen=True)
class CustomerDetails:
    """What an order says about its customer; empty fields say nothing."""

    email: str = ""
    name: str = ""
    locale: str = ""
    time_zone: str = ""


def resolve_customer(*, user_id: UUID | None, details: CustomerDetails | None, now: datetime) -> Customer | None:
    """The customer with this id, or else with this address, or a new one; None when the order names nobody.

    What the order says replaces what was known; what it leaves out stays. A new one is not stored yet: the caller writes
    it with the order.
    """
    require_transaction()
    details = details or CustomerDetails()
    if user_id is None and not details.email:
        return None
    _lock_identity(str(user_id or details.email.lower()))
    customer = CUSTOMER.first(FIND, [user_id]) if user_id else customers_at(details.email).first()
    if customer is None:
        return Customer(created_at=now, **({"id": user_id} if user_id else {}), **_said(details))
    changed = {field: value for field, value in _said(details).items() if getattr(customer, field) != value}
    # Somebody erased a moment ago stays erased.
    if changed and Customer.objects.filter(pk=customer.pk, erased_at__isnull=True).update(**changed):
        customer.refresh_from_db(fields=list(changed))
    return customer


def customers_at(email: str) -> QuerySet[Customer]:
    """The customers with this address, whatever its case; the one an order without a user id belongs to comes first."""
    # Lower() on both sides, as in the index customer_by_email (iexact would compare in upper case and miss it).
    known = Customer.objects.alias(address=Lower("email")).filter(address=email.lower()).exclude(email="")
    return known.order_by("created_at", "id")


def _said(details: CustomerDetails) -> dict[str, str]:
    values = {
        "email": details.email,
        "name": details.name,
        "locale": details.locale,
        "time_zone": details.time_zone,
    }
    return {field: value for field, value in values.items() if value}


def _lock_identity(identity: str) -> None:
    """Two first orders of one person must not make two customers: the second waits for the first to commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"customer:{identity}"])
