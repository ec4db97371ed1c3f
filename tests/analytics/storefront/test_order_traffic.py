"""The simulator's orders: placed over HTTP, moved on by their own ids, some left standing."""

import json
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4

import pytest
from django.test import Client

from analytics.sample_store.goods import ensure_goods
from analytics.storefront.client import Answer
from analytics.storefront.order_traffic import OrderTraffic
from analytics.storefront.simulator import Simulator
from analytics.storefront.traffic import Traffic
from checkout.models import Order
from smplat import clock
from tests.analytics.storefront.test_storefront_simulator import Ticks

START = datetime(2026, 5, 20, 20, tzinfo=UTC)
KEY = "a-key-of-the-environment"


def traffic(seed=1, per_minute=6.0):
    return OrderTraffic(chance=Random(seed), per_minute=per_minute, now=START)


def run(orders, *, minutes, answer):
    """Advance second by second and tell what `answer` says to each request."""
    sent = []
    for second in range(minutes * 60):
        for request in orders.advance(START + timedelta(seconds=second)):
            sent.append(request)
            status, body = answer(request)
            orders.hear(request.place, status=status, body=json.dumps(body).encode())
    return sent


def created(request):
    return (201, {"id": str(uuid4())}) if request.path == "/api/v1/orders" else (200, {})


def test_orders_come_at_their_rate_and_most_move_on():
    sent = run(traffic(), minutes=20, answer=created)
    placed = [request for request in sent if request.path == "/api/v1/orders"]
    assert 80 < len(placed) < 360
    assert len(sent) > 2 * len(placed)


def test_reports_carry_the_id_that_the_platform_gave_and_a_key_that_makes_a_retry_safe():
    ids = {}

    def answer(request):
        if request.path == "/api/v1/orders":
            ids[request.place] = str(uuid4())
            return 201, {"id": ids[request.place]}
        assert request.path == f"/api/v1/checkout/orchestrations/{ids[request.place]}/events"
        return 200, {}

    sent = run(traffic(), minutes=10, answer=answer)
    keys = [dict(request.headers)["Idempotency-Key"] for request in sent]
    assert len(keys) == len(set(keys)) > 50


def test_an_order_that_was_refused_is_left_alone():
    sent = run(traffic(), minutes=10, answer=lambda _: (404, {"detail": "Product not found"}))
    assert {request.path for request in sent} == {"/api/v1/orders"}


def test_the_same_seed_makes_the_same_orders():
    first, second = (
        [request.body for request in run(traffic(seed=4), minutes=5, answer=lambda _: (404, {}))] for _ in range(2)
    )
    assert first == second


class Platform:
    """The real one, behind Django's test client."""

    def send(self, *, method, path, headers, body):
        sent = dict(headers)
        answer = Client().generic(
            method,
            path,
            body,
            content_type=sent.pop("Content-Type"),
            headers={**sent, "X-API-Key": KEY},
        )
        return Answer(answer.status_code, answer.content, 0.001, 1)


@pytest.mark.django_db
def test_the_platform_takes_every_order_and_report_at_the_sample_stores_prices(settings):
    settings.CHECKOUT_API_KEY, settings.CURRENCIES = KEY, ("EUR", "USD", "BRL")
    ensure_goods(now=clock.now())
    moments = (clock.now() + timedelta(seconds=5 * n) for n in range(10_000))
    now = clock.now()
    simulator = Simulator(
        traffic=Traffic(chance=Random(1), rate=0.001, now=now),
        client=Platform(),
        stopped=Ticks(20),
        read_clock=lambda: next(moments),
        notice=pytest.fail,
        orders=OrderTraffic(chance=Random(2), per_minute=12.0, now=now),
    )
    tally = simulator.run()
    assert (tally.counts["refused"], tally.counts["unsent"], tally.problems) == (0, 0, [])
    assert Order.objects.count() > 5
    assert Order.objects.exclude(status="pending").exists()
