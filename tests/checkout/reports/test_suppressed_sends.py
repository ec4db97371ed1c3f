"""Prompts that were not sent, and what is at stake."""

from datetime import timedelta
from decimal import Decimal

import pytest

from checkout.models import Order, RecoveryDecision
from checkout.reports.suppressed_sends import list_suppressed_sends
from smplat.outbox.models import Message

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture
def decide(now):
    def decide(order, action, reason, **more):
        values = {"stage": "payment", "policy_version": 1, "decided_at": now - timedelta(days=1), **more}
        RecoveryDecision.objects.create(order=order, action=action, reason=reason, **values)

    return decide


def figures(now):
    return {
        one.reason: (one.checkouts, one.open_checkouts, dict(one.money_at_risk))
        for one in list_suppressed_sends(since=now - WEEK, until=now)
    }


def test_a_checkout_counts_once_for_each_reason_and_its_money_while_it_is_open(place, decide, now):
    first, second = place(), place(quantity=2)
    for _ in range(3):
        decide(first, "hold", "provider-paused")
    decide(first, "suppress", "opted-out")
    decide(second, "hold", "provider-paused")
    Order.objects.filter(pk=second.pk).update(status="completed")
    assert figures(now) == {
        "provider-paused": (2, 1, {"EUR": Decimal("149.00")}),
        "opted-out": (1, 1, {"EUR": Decimal("149.00")}),
    }


def test_what_was_sent_or_not_due_is_no_suppressed_send(place, decide, now):
    order = place()
    for action, reason in (
        ("prompt", "stalled"),
        ("wait", "not-stalled"),
        ("stop", "order-canceled"),
        ("escalate", "prompts-exhausted"),
    ):
        decide(order, action, reason)
    decide(order, "escalate", "no-address")
    assert list(figures(now)) == ["no-address"]


def test_a_message_that_the_outbox_did_not_let_go_counts_with_its_reason(place, decide, now):
    message = Message.objects.create(
        topic="outbox.test",
        channel="email",
        dedupe_key="a",
        due_at=now,
        created_at=now,
        state="suppressed",
        suppressed_because="opted-out",
    )
    decide(place(), "prompt", "stalled", message_id=message.pk)
    assert figures(now) == {"message-opted-out": (1, 1, {"EUR": Decimal("149.00")})}


def test_only_the_period_counts(place, decide, now):
    decide(place(), "hold", "provider-paused", decided_at=now - WEEK - timedelta(seconds=1))
    decide(place(), "hold", "provider-paused", decided_at=now)
    assert figures(now) == {}
