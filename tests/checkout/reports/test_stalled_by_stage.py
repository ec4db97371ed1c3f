"""What stands still, and what would be decided about it."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from checkout.models import Orchestration, Order, RecoveryDecision, RecoveryPolicy
from checkout.policies import create_missing_policies
from checkout.reports.decision_counts import count_decisions
from checkout.reports.stalled_by_stage import list_stalled_by_stage
from checkout.reports.sweep_preview import preview_sweep
from checkout.stalled import list_stalled

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
# Copies of the one order there is and of its checkout.
_THREE_OPEN_AMONG_THOUSANDS_AT_REST = (
    """
    INSERT INTO checkout_order SELECT (jsonb_populate_record(one, jsonb_build_object(
        'id', gen_random_uuid(), 'order_number', 'COPY' || n, 'status', CASE WHEN n > 2 THEN 'completed' ELSE one.status END
    ))).* FROM checkout_order AS one, generate_series(1, 5000) AS n
    """,
    """
    INSERT INTO checkout_orchestration SELECT (jsonb_populate_record(one, jsonb_build_object(
        'id', gen_random_uuid(), 'order_id', placed.id
    ) || CASE WHEN placed.status = 'completed' THEN jsonb_build_object(
        'current_stage', 'completed', 'stage_status', 'completed', 'completed_at', one.created_at
    ) ELSE '{}' END)).* FROM checkout_orchestration AS one, checkout_order AS placed WHERE placed.order_number LIKE 'COPY%'
    """,
    "ANALYZE checkout_order, checkout_orchestration",
)


@pytest.fixture(autouse=True)
def _policies(now):
    create_missing_policies(now=now)
    RecoveryPolicy.objects.update(quiet_from="00:00", quiet_until="00:00", holdout_bps=0)


def stand_still(order, now, hours, **more):
    Orchestration.objects.filter(order=order).update(last_transition_at=now - hours * HOUR, **more)


def test_each_stage_says_how_many_worth_how_much_in_each_currency_since_when(place, product, now):
    stand_still(place(), now, 2)
    stand_still(place(quantity=2), now, 5)
    type(product).objects.update(currency="USD")
    stand_still(place(currency="USD"), now, 3)
    stand_still(place(currency="USD"), now, 30, current_stage="verification")
    place(currency="USD")
    payment, verification, loyalty, fulfillment = list_stalled_by_stage(now=now)
    assert (payment.count, dict(payment.money)) == (3, {"EUR": Decimal("447.00"), "USD": Decimal("149.00")})
    assert payment.oldest_at == now - 4 * HOUR
    assert (verification.count, verification.oldest_at) == (1, now - 6 * HOUR)
    assert [(one.stage, one.count, one.oldest_at) for one in (loyalty, fulfillment)] == [
        ("loyalty_hold", 0, None),
        ("fulfillment", 0, None),
    ]


def test_what_is_at_rest_is_not_stalled(place, now):
    for status in ("on_hold", "canceled", "completed"):
        order = place()
        stand_still(order, now, 900)
        Order.objects.filter(pk=order.pk).update(status=status)
    assert [one.count for one in list_stalled_by_stage(now=now)] == [0, 0, 0, 0]


def test_however_many_are_at_rest_only_the_open_ones_are_read(place, now):
    place()
    with connection.cursor() as cursor:
        for statement in _THREE_OPEN_AMONG_THOUSANDS_AT_REST:
            cursor.execute(statement)
    stalled = list_stalled(Order.objects.order_by(), before=now).values("currency", "total")
    (plan,) = json.loads(stalled.explain(format="json", analyze=True))
    assert 0 < sum(_rows_read(plan["Plan"])) < 100


def _rows_read(node):
    """Rows that each scan of the plan met, whether it kept them or not. Which index it takes is the planner's affair."""
    if "Relation Name" in node:
        yield (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    for child in node.get("Plans", ()):
        yield from _rows_read(child)


def test_the_preview_decides_as_of_the_moment_each_is_due_and_writes_nothing(place, now):
    due, soon, _later = place(), place(), place()
    stand_still(due, now, 9, recovery_due_at=now - HOUR)
    stand_still(soon, now, 1, recovery_due_at=now + HOUR / 2)
    preview = preview_sweep(now=now)
    assert (preview.due_now.count, preview.due_within_hour.count, preview.sampled) == (1, 1, 2)
    assert preview.oldest_due_at == now - HOUR
    assert preview.verdicts == [("prompt", "stalled", 2)]
    assert not preview.is_sample
    assert not RecoveryDecision.objects.exists()


def test_decisions_are_counted_by_reason_with_their_orders(place, now):
    order = place()
    for action, reason, hours in (
        ("hold", "provider-paused", 1),
        ("hold", "provider-paused", 2),
        ("prompt", "stalled", 3),
        ("prompt", "stalled", 24),
    ):
        RecoveryDecision.objects.create(
            order=order,
            stage="payment",
            policy_version=1,
            action=action,
            reason=reason,
            decided_at=now - hours * HOUR,
        )
    counts = count_decisions(since=now - 24 * HOUR, until=now)
    assert [(one.action, one.reason, one.decisions, one.orders) for one in counts] == [
        ("Held", "provider-paused", 2, 1),
        ("Prompted", "stalled", 2, 1),
    ]
    assert counts[0].latest_at == now - HOUR
