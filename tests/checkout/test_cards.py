"""What of the checkout needs a person now."""

from datetime import timedelta
from decimal import Decimal

import pytest

from checkout import cards
from checkout.cards import escalations_to_take, last_day, late_escalations, stalled_checkouts
from checkout.models import Escalation, Orchestration, Order, RecoveryDecision
from checkout.policies import create_missing_policies
from smplat.console.attention import AttentionContext, Severity

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _policies(now):
    create_missing_policies(now=now)


@pytest.fixture
def context(now):
    return AttentionContext(now=now)


def escalated(order, now, *, due_in, **more):
    values = {"stage": "payment", "reason": "manual", "opened_at": now - HOUR, "deadline_at": now + due_in, **more}
    return Escalation.objects.create(order=order, **values)


def test_stalled_checkouts_come_with_their_money_and_the_oldest(place, now, context):
    for quantity in (1, 2):
        order = place(quantity=quantity)
        Orchestration.objects.filter(order=order).update(last_transition_at=now - quantity * 5 * HOUR)
    place()
    [card] = stalled_checkouts(context)
    assert (card.count, card.money, card.oldest_at) == (2, {"EUR": Decimal("447.00")}, now - 9 * HOUR)
    assert card.url == "/admin/checkout/order/?stalled=now"


def test_more_than_a_card_reads_is_a_lower_bound(place, now, context, monkeypatch):
    monkeypatch.setattr(cards, "MOST_COUNTED", 1)
    for _ in range(2):
        place()
    Orchestration.objects.update(last_transition_at=now - 5 * HOUR)
    [card] = stalled_checkouts(context)
    assert (card.count, card.is_lower_bound) == (1, True)


def test_escalations_past_their_deadline_are_critical_and_the_others_a_warning(place, now, context):
    escalated(place(), now, due_in=-HOUR)
    escalated(place(quantity=2), now, due_in=HOUR)
    [late], [waits] = late_escalations(context), escalations_to_take(context)
    assert (late.count, late.severity, late.money) == (1, Severity.CRITICAL, {"EUR": Decimal("149.00")})
    assert late.url == "/admin/checkout/escalation/?situation=late"
    assert (waits.count, waits.severity, waits.money) == (1, Severity.WARNING, {"EUR": Decimal("298.00")})


def test_the_last_day_is_told_in_figures_with_currencies_apart(place, product, now):
    order = place(quantity=2)
    place(placed_at=now - 25 * HOUR)
    type(product).objects.update(currency="USD")
    place(currency="USD")
    decision = {"order": order, "stage": "payment", "policy_version": 1, "decided_at": now - HOUR}
    RecoveryDecision.objects.create(action="prompt", reason="stalled", **decision)
    RecoveryDecision.objects.create(action="wait", reason="not-stalled", **decision)
    orders, prompts = last_day(now)
    assert (orders.value, orders.detail) == ("2", "298.00 EUR · 149.00 USD")
    assert prompts.value == "1"


def test_what_is_taken_resolved_or_at_rest_needs_nobody(place, now, context, person):
    escalated(place(), now, due_in=-HOUR, owner=person("ada"), acknowledged_at=now)
    escalated(place(), now, due_in=-HOUR, resolved_at=now)
    Orchestration.objects.update(last_transition_at=now - 99 * HOUR)
    Order.objects.update(status="on_hold")
    for provider in (stalled_checkouts, late_escalations, escalations_to_take):
        assert list(provider(context)) == []
