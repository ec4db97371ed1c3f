"""Made-up orders of the past: decided by the real checkout, the same for the same seed."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.core import mail

from analytics.sample_store import order_history
from analytics.sample_store.access import ensure_logins
from analytics.sample_store.goods import ensure_goods
from analytics.sample_store.order_history import GIVEN_UP
from analytics.sample_store.order_plan import plan_orders
from analytics.sample_store.past import Played, play_past
from analytics.sample_store.people import Handling
from analytics.storefront.goods import GOODS, PAUSED_SUPPLIER
from analytics.storefront.purchases import make_up_order
from checkout.models import Orchestration, Order, OrderStateEvent, RecoveryDecision
from guardrails.models import Provider
from merchandising.models import Product
from onboarding.apps import ship_defaults
from onboarding.models import Journey
from smplat.console.roles_sync import sync_roles
from smplat.outbox.choices import State
from smplat.outbox.models import Message

UNTIL = datetime(2026, 5, 20, 14, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def planned(days=3, seed=7):
    return plan_orders(seed=seed, days=days, until=UNTIL)


def play(orders):
    return play_past(orders, seed=7, until=UNTIL)


@pytest.fixture
def stocked(db, settings):
    """Goods, people and a mail server."""
    settings.EMAIL_HOST, settings.DEFAULT_FROM_EMAIL = "127.0.0.1", "Shop <hello@shop.example>"
    sync_roles()
    ensure_logins()
    ship_defaults()
    ensure_goods(now=UNTIL - timedelta(days=30))


@pytest.fixture
def past(stocked):
    """Three days of it."""
    return play(planned())


def test_the_same_seed_makes_the_same_orders():
    assert planned() == planned()
    assert planned(seed=8) != planned()


def test_an_order_adds_up_and_its_reports_walk_through_the_stages_in_order():
    stages = ["payment", "verification", "loyalty_hold", "fulfillment"]
    for number in range(300):
        order = make_up_order(Random(number))
        told = [stages.index(report.stage) for report in order.reports]
        assert told == sorted(told)
        assert order.reports[0].payload["amount"] == str(order.total)


def test_half_of_the_payments_take_twenty_minutes_and_one_in_ten_a_day():
    waits = sorted(
        next(report.after for report in make_up_order(Random(number)).reports if report.status == "completed")
        for number in range(2000)
    )
    assert timedelta(minutes=15) < waits[1000] < timedelta(minutes=27)
    assert 5 * HOUR < waits[1800] < 36 * HOUR


def test_nobody_made_up_can_be_reached():
    addresses = [make_up_order(Random(number)).buyer.email for number in range(300)]
    assert all(not address or address.endswith("@mail.example") for address in addresses)
    assert "" in addresses


def test_every_order_is_placed_once_in_its_own_past_and_a_second_run_adds_nothing(past):
    assert past.orders == Order.objects.count() == len(planned())
    assert past.journeys == Journey.objects.count() > 0
    assert sorted(Order.objects.values_list("created_at", flat=True)) == [one.placed_at for one in planned()]
    assert not Order.objects.filter(is_backdated=True).exists()
    decided = RecoveryDecision.objects.count()
    assert play(planned()) == Played()
    assert (Order.objects.count(), RecoveryDecision.objects.count()) == (past.orders, decided)


def test_a_run_that_was_killed_is_completed_by_the_next(stocked):
    def dies_after_three(_):
        if Order.objects.count() == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        play_past(planned(), seed=7, until=UNTIL, progress=dies_after_three)
    assert play(planned()).orders == len(planned()) - 3
    assert Order.objects.count() == len(planned())


def test_what_stalled_was_prompted_by_the_real_sweep_and_its_emails_arrived_in_the_past(past):
    prompts = Message.objects.filter(topic="checkout.recovery.prompt", state=State.DELIVERED)
    assert prompts.exists()
    assert max(prompts.values_list("delivered_at", flat=True)) < UNTIL
    assert len(mail.outbox) >= prompts.count()
    assert {"pending", "active"} <= set(Order.objects.values_list("status", flat=True))
    assert list(Provider.objects.filter(is_paused=True).values_list("pk", flat=True)) == [PAUSED_SUPPLIER]


def test_nothing_is_late_when_the_present_begins(past):
    soon = UNTIL - timedelta(minutes=1)
    assert not Orchestration.objects.filter(recovery_due_at__lt=soon).exists()
    assert not Journey.objects.filter(nudge_due_at__lt=soon).exists()
    assert not Message.objects.filter(state=State.PENDING, due_at__lt=soon).exists()


def test_what_nobody_comes_back_for_is_called_off_after_a_week(stocked, monkeypatch):
    monkeypatch.setattr(order_history, "returns_after", lambda *_, **__: None)
    monkeypatch.setattr(order_history, "handling", lambda _: Handling(None, None, "", moves_on=False))
    stuck = [one for one in planned(days=9) if one.made_up.stuck_before is not None]
    play(stuck[:4])
    given_up = OrderStateEvent.objects.filter(notes=GIVEN_UP).values_list("order__created_at", flat=True)
    older = [one.placed_at for one in stuck[:4] if one.placed_at < UNTIL - timedelta(days=8)]
    assert older
    assert set(older) <= set(given_up)
    assert set(Order.objects.filter(created_at__in=given_up).values_list("status", flat=True)) == {"canceled"}


def test_what_an_operator_changed_of_the_goods_stays(stocked):
    assert set(Product.objects.values_list("pk", "base_price")) == {(good.id, good.price) for good in GOODS}
    Product.objects.filter(pk=GOODS[0].id).update(title="Changed")
    ensure_goods(now=UNTIL)
    assert Product.objects.get(pk=GOODS[0].id).title == "Changed"
