"""A checklist tried on the orders of the last quarter, before anybody gets it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max, Min, OuterRef, Q, QuerySet, Subquery

from checkout.models import OrchestrationEvent, Order, OrderItem, OrderStateEvent
from checkout.rules.quiet_hours import known_zone
from checkout.states import OrderStatus, Stage, StageStatus
from onboarding import policies
from onboarding.models import JourneyTemplate, Task
from onboarding.rules.checklists import Line
from onboarding.rules.rehearsal import ASSUMPTIONS, PastOrder, Rehearsal, rehearse_client
from onboarding.states import TaskStatus

QUARTER = timedelta(days=91)
# Keeps the page under half a minute; the newest say most about today.
MOST_ORDERS = 5_000
ENDS = (OrderStatus.COMPLETED, OrderStatus.CANCELED)


@dataclass(frozen=True)
class RehearsalReport:
    """The result, from which orders it comes, and what was assumed."""

    result: Rehearsal
    since: datetime
    until: datetime
    # There were more; the newest were taken.
    is_capped: bool
    assumptions: tuple[str, ...]


def rehearse_checklist(
    *, lines: Sequence[Line], product_category: str, now: datetime, most_orders: int = MOST_ORDERS
) -> RehearsalReport:
    """How many reminders this checklist would have sent for orders that were paid in the last quarter. Reads only."""
    since = now - QUARTER
    orders = list(_paid_orders(product_category, since=since, now=now)[: most_orders + 1])
    taken = orders[:most_orders]
    policy, result = policies.as_rule(policies.get_policy_row()), Rehearsal()
    for zone, past in _by_client(taken, now=now):
        result = result.with_client(rehearse_client(orders=past, lines=lines, policy=policy, time_zone=zone))
    return RehearsalReport(result, since, now, len(orders) > len(taken), ASSUMPTIONS)


def _paid_orders(product_category: str, *, since: datetime, now: datetime) -> QuerySet[Any, Any]:
    """Newest first: orders whose first item is of the category; of none that has a template of its own when it is empty."""
    paid = OrchestrationEvent.objects.filter(
        orchestration__order=OuterRef("pk"), stage=Stage.PAYMENT, status=StageStatus.COMPLETED
    )
    first_item = OrderItem.objects.filter(order=OuterRef("pk")).order_by("position")
    others = JourneyTemplate.objects.filter(is_current=True).exclude(product_category="")
    wanted = Q(category=product_category) if product_category else ~Q(category__in=others.values("product_category"))
    return (
        Order.objects.annotate(
            paid_at=Subquery(paid.order_by().values("orchestration").annotate(at=Min("created_at")).values("at")),
            category=Subquery(first_item.values("product__category")[:1]),
        )
        .filter(wanted, paid_at__gte=since, paid_at__lte=now)
        .order_by("-created_at", "-id")
        .values("pk", "paid_at", "customer_id", "customer__time_zone", "journey__completed_at", "status")
    )


def _by_client(orders: Sequence[dict[str, Any]], *, now: datetime) -> list[tuple[str, list[PastOrder]]]:
    """Each client's time zone and orders; an order of nobody is a client of its own."""
    ids = [order["pk"] for order in orders]
    done, ends = _done_by_order(ids), _ends(ids)
    found: dict[UUID, tuple[str, list[PastOrder]]] = {}
    for order in orders:
        ended_at = ends.get(order["pk"])
        is_completed = order["status"] == OrderStatus.COMPLETED
        past = PastOrder(
            id=order["pk"],
            paid_at=order["paid_at"],
            done_at=done.get(order["pk"], {}),
            completed_at=order["journey__completed_at"] or (ended_at if is_completed else None),
            ended_at=min(ended_at or now, now),
        )
        zone = known_zone(order["customer__time_zone"] or "UTC")
        found.setdefault(order["customer_id"] or order["pk"], (zone, []))[1].append(past)
    return list(found.values())


def _done_by_order(order_ids: Collection[UUID]) -> dict[UUID, dict[str, datetime]]:
    done: dict[UUID, dict[str, datetime]] = defaultdict(dict)
    tasks = Task.objects.filter(journey__order__in=order_ids, status=TaskStatus.COMPLETED, completed_at__isnull=False)
    for order_id, slug, at in tasks.values_list("journey__order_id", "slug", "completed_at"):
        if at:
            done[order_id][slug] = at
    return done


def _ends(order_ids: Collection[UUID]) -> dict[UUID, datetime]:
    ended = OrderStateEvent.objects.filter(order__in=order_ids, to_status__in=ENDS, order__status__in=ENDS)
    return dict(ended.order_by().values_list("order").annotate(Max("created_at")))
