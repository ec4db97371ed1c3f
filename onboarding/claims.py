"""Which journeys a nudge sweep takes: what is due, by client, so that one client is decided about as a whole.

Never waits for a lock, so it cannot deadlock with actions that hold an order or a journey and wait for the next.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from checkout.models import Customer
from onboarding.models import Journey
from smplat.bulk_rows import among
from smplat.db import require_transaction


@dataclass(frozen=True)
class Due:
    """What counts as due: the journeys' own due times; or, for one pass, whatever nobody touched since `idle_since`."""

    now: datetime
    idle_since: datetime | None = None

    def journeys(self) -> QuerySet[Journey]:
        """Those journeys, with their orders, in the order in which they are taken."""
        awaited = Journey.objects.select_related("order")
        if self.idle_since is not None:
            return awaited.filter(nudge_due_at__isnull=False, last_touch_at__lte=self.idle_since).order_by("id")
        return awaited.filter(nudge_due_at__lte=self.now).order_by("nudge_due_at", "id")


@dataclass(frozen=True)
class Group:
    """Due journeys of one client; an order without a customer stands alone."""

    customer: Customer | None
    journeys: Sequence[Journey]


@dataclass(frozen=True)
class Claim:
    """What one batch locked. `last` is where the next begins in a pass over idle journeys; None: nothing was due."""

    groups: Sequence[Group]
    last: UUID | None


def claim_due(due: Due, *, after: UUID | None, limit: int) -> Claim:
    """Lock at most `limit` due journeys with their orders, and the other due ones of the same clients.

    The client's row is locked too: of two sweeps that met journeys of one client, one leaves them to the other.
    """
    require_transaction()
    locked = due.journeys().select_for_update(skip_locked=True, no_key=True, of=("self", "order"))
    first = list((locked.filter(pk__gt=after) if after else locked)[:limit])
    clients = Customer.objects.select_for_update(skip_locked=True, no_key=True)
    ours = {client.pk: client for client in among(clients, "id", _people(first)).order_by("pk")}
    siblings = list(_siblings(locked, of=first, customers=ours))
    return Claim(_group([*first, *siblings], customers=ours), first[-1].pk if first else None)


def list_due(due: Due, *, after: Journey | None, limit: int) -> tuple[list[Group], Journey | None]:
    """One page of the same without locking; answers also the last journey of the page, None when it was the last page.

    A client whose journeys lie on two pages is met twice.
    """
    page = due.journeys()
    if after is not None and due.idle_since is None:
        page = page.filter(Q(nudge_due_at__gt=after.nudge_due_at) | Q(nudge_due_at=after.nudge_due_at, pk__gt=after.pk))
    elif after is not None:
        page = page.filter(pk__gt=after.pk)
    first = list(page[:limit])
    customers = Customer.objects.in_bulk(_people(first))
    siblings = _siblings(due.journeys(), of=first, customers=customers)
    return _group([*first, *siblings], customers=customers), first[-1] if len(first) == limit else None


def group_alone(journey: Journey) -> Group:
    """One journey by itself, due or not, for an explanation."""
    return Group(journey.order.customer, [journey])


def _people(journeys: Iterable[Journey]) -> set[UUID]:
    return {journey.order.customer_id for journey in journeys if journey.order.customer_id}


def _siblings(due: QuerySet[Journey], *, of: Sequence[Journey], customers: Collection[UUID]) -> Iterable[Journey]:
    return due.filter(order__customer_id__in=list(customers)).exclude(pk__in=[journey.pk for journey in of])


def _group(journeys: Iterable[Journey], *, customers: dict[UUID, Customer]) -> list[Group]:
    by_client: dict[UUID, list[Journey]] = defaultdict(list)
    for journey in journeys:
        by_client[journey.order.customer_id or journey.order_id].append(journey)
    return [
        Group(customers.get(key), members)
        for key, members in by_client.items()
        if key in customers or members[0].order.customer_id is None
    ]
