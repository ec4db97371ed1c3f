"""What the platform says about the orders it was told of: totals by SQL, and the whole state of each order."""

from decimal import Decimal
from typing import Any

from django.db import connection

from checkout.models import Order
from onboarding.models import Journey
from tests.real_data.olist_totals import Totals

END_STATES = """
SELECT o.status, c.current_stage, c.stage_status, count(*) FROM checkout_order o JOIN checkout_orchestration c ON c.order_id = o.id
GROUP BY 1, 2, 3
"""
ORDERED = """
SELECT to_char(created_at AT TIME ZONE 'America/Sao_Paulo', 'YYYY-MM'), sum(total) FROM checkout_order GROUP BY 1
"""
PAID = """
SELECT to_char(o.created_at AT TIME ZONE 'America/Sao_Paulo', 'YYYY-MM'), e.payload->>'method', sum((e.payload->>'amount')::numeric)
FROM checkout_orchestrationevent e JOIN checkout_orchestration c ON c.id = e.orchestration_id JOIN checkout_order o ON o.id = c.order_id
WHERE e.stage = 'payment' AND e.payload ? 'amount' GROUP BY 1, 2
"""
# One line for each order: when it was paid, handed over and delivered, and what had been promised.
WALKS = """
WITH walk AS (
    SELECT o.id, o.created_at AS placed_at,
        min(e.created_at) FILTER (WHERE e.stage = 'payment' AND e.status = 'completed') AS paid_at,
        min(e.created_at) FILTER (WHERE e.stage = 'fulfillment' AND e.status = 'in_progress') AS handed_over_at,
        min(e.created_at) FILTER (WHERE e.stage = 'fulfillment' AND e.status = 'completed') AS delivered_at,
        min(e.payload->>'shipBy') FILTER (WHERE e.stage = 'fulfillment') AS ship_by,
        min(e.payload->>'promisedOn') FILTER (WHERE e.stage = 'fulfillment') AS promised_on,
        bool_or(e.stage = 'loyalty_hold' AND e.status = 'in_progress') AS is_held
    FROM checkout_order o JOIN checkout_orchestration c ON c.order_id = o.id
    JOIN checkout_orchestrationevent e ON e.orchestration_id = c.id GROUP BY o.id, o.created_at
)
"""
FIGURES = (
    WALKS
    + """
SELECT count(delivered_at), count(*) FILTER (WHERE (delivered_at AT TIME ZONE 'America/Sao_Paulo')::date > promised_on::date),
    count(*) FILTER (WHERE is_held),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM paid_at - placed_at)),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM handed_over_at - paid_at)),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM delivered_at - handed_over_at))
FROM walk
"""
)
LATE_HAND_OVERS = (
    WALKS
    + """
SELECT i.provider_id, count(DISTINCT walk.id) FROM walk JOIN checkout_orderitem i ON i.order_id = walk.id
WHERE handed_over_at > ship_by::timestamptz GROUP BY 1
"""
)

JOURNEYS = """
SELECT to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM'), turn, count(*) FROM onboarding_journeys GROUP BY 1, 2
"""


def answered_totals() -> Totals:
    """What the database adds up to."""
    ((deliveries, late, held, payment, hand_over, transit),) = _rows(FIGURES)
    return Totals(
        end_states={row[:3]: row[3] for row in _rows(END_STATES)},
        ordered_by_month=dict(_rows(ORDERED)),
        paid_by_month_and_method={row[:2]: row[2] for row in _rows(PAID)},
        deliveries=deliveries,
        late_deliveries=late,
        late_hand_overs=dict(_rows(LATE_HAND_OVERS)),
        held=held,
        median_seconds={"payment": float(payment), "hand-over": float(hand_over), "transit": float(transit)},
        journeys={row[:2]: row[2] for row in _rows(JOURNEYS)},
    )


def ends_of_orders() -> dict[str, tuple[Any, ...]]:
    """The whole state of each order by the marketplace's id: where it stands, since when, what it costs, its log, sorted."""
    orders = Order.objects.select_related("orchestration").prefetch_related("items", "orchestration__events")
    return {order.notes: _end_of(order) for order in orders.iterator(chunk_size=1_000)}


def _end_of(order: Order) -> tuple[Any, ...]:
    checkout = order.orchestration
    events = [(e.stage, e.status, e.transition_note, str(e.payload), e.created_at) for e in checkout.events.all()]
    items = [(str(item.product_id), item.total_price, str(item.attributes)) for item in order.items.all()]
    return (
        (order.status, order.total, order.customer_id, order.created_at),
        (checkout.current_stage, checkout.stage_status, checkout.next_action_at),
        (checkout.started_at, checkout.stage_entered_at, checkout.last_transition_at),
        (checkout.failed_at, checkout.completed_at),
        tuple(sorted(items)),
        tuple(sorted(events)),
    )


def ends_of_journeys() -> dict[str, tuple[Any, ...]]:
    """The journey of each order that has one: when it began, how it stands, whose turn it is, and its tasks."""
    journeys = Journey.objects.select_related("order").prefetch_related("tasks")
    return {journey.order.notes: _end_of_journey(journey) for journey in journeys.iterator(chunk_size=1_000)}


def _end_of_journey(journey: Journey) -> tuple[Any, ...]:
    tasks = sorted(journey.tasks.all(), key=lambda task: task.sort_order)
    return (
        journey.started_at,
        journey.status,
        journey.turn,
        journey.progress_percentage,
        [(task.slug, task.status, task.due_at) for task in tasks],
    )


def totals_of_items(ends: dict[str, tuple[Any, ...]], reference: str) -> tuple[Decimal, Decimal]:
    """An order's total and the sum of its lines."""
    end = ends[reference]
    return end[0][1], sum((amount for _, amount, _ in end[4]), Decimal(0))


def _rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()
