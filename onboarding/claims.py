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
from onboarding.timetable import SWEEP
from smplat.bulk_rows import among
from smplat.db import require_transaction
from smplat.operations.set_aside import Subject, not_set_aside


@dataclass(frozen=True)
class Due:
    """What counts as due: the journeys' own due times; or, for one pass, whatever nobody touched since `idle_since`."""

    now: datetime
    idle_since: datetime | None = None

    def journeys(self) -> QuerySet[Journey]:
        """Those journeys, in the order in which they are taken, without what is set aside because of an error."""
        awaited = not_set_aside(Journey.objects.all(), sweep=SWEEP, now=self.now)
        if self.idle_since is not None:
            return awaited.filter(nudge_due_at__isnull=False, last_touch_at__lte=self.idle_since).order_by("id")
        return awaited.filter(nudge_due_at__lte=self.now).order_by("nudge_due_at", "id")


@dataclass(frozen=True)
class DueJourney:
    """A journey that is due, by its names alone."""

    id: UUID
    # None: not due at all; such a row is never found.
    due_at: datetime | None
    order_id: UUID
    order_number: str
    customer_id: UUID | None


@dataclass(frozen=True)
class DueClient:
    """One client whose journeys are due, by names alone; an order without a customer stands alone."""

    customer_id: UUID | None
    # The journeys.
    subjects: Sequence[Subject]


@dataclass(frozen=True)
class Group:
    """Due journeys of one client."""

    customer: Customer | None
    journeys: Sequence[Journey]


@dataclass(frozen=True)
class Claim:
    """What one batch locked. `last` is where the next begins in a pass over idle journeys; None: nothing was due."""

    clients: Sequence[DueClient]
    last: UUID | None


def claim_due(due: Due, *, after: UUID | None, limit: int) -> Claim:
    """Lock at most `limit` due journeys with their orders, and the other due ones of the same clients.

    The client's row is locked too: of two sweeps that met journeys of one client, one leaves them to the other.
    """
    require_transaction()
    locked = due.journeys().select_for_update(skip_locked=True, no_key=True)
    first = _name((locked.filter(pk__gt=after) if after else locked)[:limit])
    clients = Customer.objects.select_for_update(skip_locked=True, no_key=True)
    ours = set(among(clients, "id", _people(first)).order_by("pk").values_list("pk", flat=True))
    siblings = _siblings(locked, of=first, customers=ours)
    return Claim(_by_client([*first, *siblings], customers=ours), first[-1].id if first else None)


def list_due(due: Due, *, after: DueJourney | None, limit: int) -> tuple[list[DueClient], DueJourney | None]:
    """One page of the same without locking; answers also the last journey of the page, None when it was the last page.

    A client whose journeys lie on two pages is met twice.
    """
    page = due.journeys()
    if after is not None and due.idle_since is None:
        page = page.filter(Q(nudge_due_at__gt=after.due_at) | Q(nudge_due_at=after.due_at, pk__gt=after.id))
    elif after is not None:
        page = page.filter(pk__gt=after.id)
    first = _name(page[:limit])
    customers = _people(first)
    siblings = _siblings(due.journeys(), of=first, customers=customers)
    return _by_client([*first, *siblings], customers=customers), first[-1] if len(first) == limit else None


def read_groups(clients: Sequence[DueClient]) -> list[Group]:
    """The rows of these clients and their journeys."""
    customers = Customer.objects.in_bulk([one.customer_id for one in clients if one.customer_id])
    rows = among(Journey.objects.all(), "id", [subject.id for one in clients for subject in one.subjects])
    journeys = {journey.pk: journey for journey in rows.select_related("order")}
    return [
        Group(customers[one.customer_id] if one.customer_id else None, [journeys[each.id] for each in one.subjects])
        for one in clients
    ]


def group_alone(journey: Journey) -> Group:
    """One journey by itself, due or not, for an explanation."""
    return Group(journey.order.customer, [journey])


def _name(journeys: QuerySet[Journey]) -> list[DueJourney]:
    """Only what names them: a row with a value that cannot even be read must not spoil the others."""
    named = journeys.values_list("id", "nudge_due_at", "order_id", "order__order_number", "order__customer_id")
    return [DueJourney(*names) for names in named]


def _people(journeys: Iterable[DueJourney]) -> set[UUID]:
    return {journey.customer_id for journey in journeys if journey.customer_id}


def _siblings(due: QuerySet[Journey], *, of: Sequence[DueJourney], customers: Collection[UUID]) -> Iterable[DueJourney]:
    theirs = due.filter(order__customer_id__in=list(customers))
    return _name(theirs.exclude(pk__in=[journey.id for journey in of]))


def _by_client(journeys: Iterable[DueJourney], *, customers: Collection[UUID]) -> list[DueClient]:
    """Without those whose client is not among `customers`: somebody else decides about them."""
    by_client: dict[UUID, list[DueJourney]] = defaultdict(list)
    for journey in journeys:
        by_client[journey.customer_id or journey.order_id].append(journey)
    return [
        DueClient(members[0].customer_id, [_subject(journey) for journey in members])
        for key, members in by_client.items()
        if key in customers or members[0].customer_id is None
    ]


def _subject(journey: DueJourney) -> Subject:
    return Subject(journey.id, journey.order_number, ("admin:onboarding_journey_change", journey.id))
