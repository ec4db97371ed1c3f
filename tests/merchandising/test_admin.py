"""Products in the console."""

from decimal import Decimal

import pytest
from django.test import Client

from merchandising.models import Product

LIST = "/admin/merchandising/product/"
pytestmark = pytest.mark.django_db
REELS = {
    "title": "Reels starter",
    "slug": "reels-starter",
    "category": "instagram",
    "base_price": "149.00",
    "currency": "EUR",
    "status": "active",
    "channels": "storefront",
}


def client_of(person, role):
    client = Client()
    client.force_login(person(role, role))
    return client


def test_a_merchandiser_adds_a_product_and_changes_its_price_and_both_are_history(person):
    client = client_of(person, "merchandiser")
    assert client.post(f"{LIST}add/", REELS).status_code == 302
    product = Product.objects.get()
    client.post(f"{LIST}{product.pk}/change/", REELS | {"base_price": "159.00"})
    changed = Product.objects.get()
    assert changed.base_price == Decimal("159.00")
    assert changed.updated_at > changed.created_at
    history = client.get(f"{LIST}{product.pk}/history/").content.decode()
    assert "149.00" in history
    assert "159.00" in history


@pytest.mark.parametrize(
    "wrong", [{"base_price": "-1"}, {"currency": "XXX"}, {"slug": "no spaces"}, {"status": "sold"}]
)
def test_what_is_no_product_is_refused_with_a_word(wrong, person):
    answer = client_of(person, "merchandiser").post(f"{LIST}add/", REELS | wrong)
    assert answer.status_code == 200
    assert answer.context["errors"]
    assert not Product.objects.exists()


def test_an_operator_reads_but_does_not_change(person):
    client_of(person, "merchandiser").post(f"{LIST}add/", REELS)
    client = client_of(person, "operator")
    assert client.get(LIST).status_code == 200
    assert client.post(f"{LIST}{Product.objects.get().pk}/change/", REELS).status_code == 403
