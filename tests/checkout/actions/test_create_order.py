"""An order is stored whole, at prices the catalogue confirms, or not at all."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from checkout.errors import PriceChanged, ProductNotForSale, ProductNotFound, TotalMismatch
from checkout.models import Customer, Order
from merchandising.models import ProductStatus

pytestmark = pytest.mark.django_db


def test_an_order_comes_with_its_items_its_customer_and_its_checkout(place):
    order = place(quantity=2)
    assert (order.status, order.total, order.currency) == ("pending", Decimal("298.00"), "EUR")
    item = order.items.get()
    assert (item.product_slug, item.quantity, item.provider_id) == ("reels-starter", 2, "prov-9")
    assert (order.customer.email, order.customer.time_zone) == ("ada@example.test", "Europe/London")
    checkout = order.orchestration
    assert (checkout.current_stage, checkout.stage_status) == ("payment", "not_started")
    assert [(e.stage, e.status, e.transition_note) for e in checkout.events.all()] == [
        ("payment", "not_started", "created")
    ]


def test_order_numbers_are_sm_and_six_digits_and_never_repeat(place):
    numbers = [place().order_number for _ in range(3)]
    assert len(set(numbers)) == 3
    assert all(number.startswith("SM") and len(number) >= 8 for number in numbers)


def test_the_same_address_is_the_same_customer(place):
    first, second = place(), place()
    assert first.customer == second.customer
    assert Customer.objects.count() == 1


def test_an_order_that_names_nobody_has_no_customer(place):
    assert place(customer=None).customer is None


def test_a_user_id_is_the_customers_id(place):
    user_id = uuid4()
    assert place(user_id=user_id).customer_id == user_id
    assert place(user_id=user_id, customer=None).customer_id == user_id


@pytest.mark.parametrize(
    ("stated", "error"),
    [
        ({"unit_price": "1.00"}, PriceChanged),
        ({"unit_price": "149.00", "total_price": "150.00"}, TotalMismatch),
        ({"product_id": uuid4()}, ProductNotFound),
        ({"currency": "USD"}, PriceChanged),
    ],
)
def test_figures_the_catalogue_does_not_confirm_are_refused_and_nothing_is_stored(place, stated, error):
    with pytest.raises(error):
        place(**stated)
    assert not Order.objects.exists()
    assert not Customer.objects.exists()


def test_a_changed_price_is_told_with_both_figures(place):
    with pytest.raises(PriceChanged) as refused:
        place(unit_price="139.00")
    assert refused.value.extra == {"index": 0, "stated": 139.0, "catalogue": 149.0}


@pytest.mark.parametrize("status", [ProductStatus.DRAFT, ProductStatus.ARCHIVED])
def test_what_is_not_for_sale_cannot_be_ordered(place, product, status):
    product.status = status
    product.save()
    with pytest.raises(ProductNotForSale):
        place()


def test_a_caller_with_its_own_prices_sets_them(place):
    assert place(unit_price="99.00", may_override_price=True).total == Decimal("99.00")


def test_a_backdated_order_is_never_due_for_recovery(place, now):
    order = place(placed_at=now - timedelta(days=3))
    assert order.is_backdated
    assert order.orchestration.recovery_due_at is None
    assert place().orchestration.recovery_due_at == now + timedelta(minutes=90)
