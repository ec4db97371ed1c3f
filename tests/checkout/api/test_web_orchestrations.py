"""A customer's browser reads the checkout of its own order, and of no other."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from checkout.links import Purpose, mint_token
from smplat import clock
from smplat.api.actions.issue_api_key import issue_api_key
from smplat.api.cors import origins
from smplat.api.keys import KeyKind
from smplat.api.models import ApiClient
from smplat.api.scopes import Scope
from tests.checkout.api.conftest import KEY

pytestmark = pytest.mark.django_db
SHOP = "https://shop.example.com"
DAY = timedelta(days=1)


def address(order_id):
    return f"/api/checkout/orchestrations/{order_id}"


def token(order_id, *, purpose=Purpose.CUSTOMER, lifetime=DAY):
    return mint_token(order_id=order_id, purpose=purpose, expires_at=clock.now() + lifetime)


def get(order_id, *, bearer=None, **headers):
    if bearer is not None:
        headers["Authorization"] = f"Bearer {bearer}"
    return Client().get(address(order_id), headers=headers)


def refusal(answered):
    return answered.status_code, answered.json()["code"], answered.json()["error"]


def test_the_token_in_the_header_opens_its_order(place):
    order = place()
    answered = get(order.pk, bearer=token(order.pk))
    assert (answered.status_code, answered.json()["orderId"]) == (200, str(order.pk))
    assert answered.json()["currentStage"] == "payment"
    assert answered["Cache-Control"] == "private, no-store"


def test_the_token_in_the_query_opens_its_order(place):
    order = place()
    assert Client().get(address(order.pk), {"token": token(order.pk)}).status_code == 200


def test_the_token_that_came_with_the_order_opens_it(product):
    sent = {
        "items": [
            {"product_id": str(product.pk), "product_title": "Reels", "unit_price": "149.00", "total_price": "149.00"}
        ]
    }
    headers = {"X-API-Key": KEY}
    placed = Client().post("/api/v1/orders", sent, content_type="application/json", headers=headers).json()
    assert get(placed["id"], bearer=placed["customerToken"]).status_code == 200


def test_a_server_reads_any_order_with_its_secret_key(place):
    order = place()
    by_server = get(order.pk, **{"X-API-Key": KEY})
    assert by_server.json() == get(order.pk, bearer=token(order.pk)).json()


@pytest.mark.parametrize("exists", [True, False], ids=["there", "not there"])
def test_another_orders_token_does_not_even_tell_whether_the_order_exists(place, exists):
    asked = place().pk if exists else uuid4()
    answered = get(asked, bearer=token(uuid4()))
    assert refusal(answered) == (403, "token-of-another-order", "Insufficient permissions.")


def test_an_expired_token_says_so_in_its_code(place):
    order = place()
    answered = get(order.pk, bearer=token(order.pk, lifetime=-DAY))
    assert refusal(answered) == (401, "expired-token", "Authentication required.")


@pytest.mark.parametrize("forged", ["x", "WyI5YzAxIl0:1:2", "\u00e9", "[]"])
def test_a_forged_token_opens_nothing(place, forged):
    assert refusal(get(place().pk, bearer=forged)) == (401, "invalid-token", "Authentication required.")


def test_the_link_of_a_prompt_is_no_browser_token(place):
    order = place()
    answered = get(order.pk, bearer=token(order.pk, purpose=Purpose.RESUME))
    assert refusal(answered) == (401, "invalid-token", "Authentication required.")


def test_nothing_presented_opens_nothing(place):
    assert refusal(get(place().pk)) == (401, "invalid-api-key", "Authentication required.")


def test_a_wrong_key_is_not_helped_by_a_token(place):
    order = place()
    answered = get(order.pk, bearer=token(order.pk), **{"X-API-Key": "wrong"})
    assert refusal(answered) == (401, "invalid-api-key", "Authentication required.")


def test_an_unknown_order_is_not_found_and_no_bad_gateway(place):
    unknown = uuid4()
    expected = (404, "order-not-found", "Order not found")
    assert refusal(get(unknown, bearer=token(unknown))) == expected
    assert refusal(get(unknown, **{"X-API-Key": KEY})) == expected


def test_a_blank_order_id_is_a_bad_request(db):
    assert refusal(get("%20", **{"X-API-Key": KEY})) == (400, "order-id-required", "order id required")


def test_an_order_id_that_is_none_is_invalid(db):
    answered = get("SM000042", **{"X-API-Key": KEY})
    assert refusal(answered) == (422, "validation-failed", "Failed to load checkout orchestration")


@pytest.fixture
def shop_page(db):
    """A page whose origin a publishable key lists."""
    key = issue_api_key(
        client_id=ApiClient.objects.create(name="Storefront").pk,
        name="page",
        kind=KeyKind.PUBLISHABLE,
        scopes=[Scope.EVENTS_WRITE],
        allowed_origins=[SHOP],
        by="tests",
        now=clock.now(),
    )
    origins.forget()
    yield key.plaintext
    origins.forget()


def test_a_listed_page_may_read_the_answer_and_its_errors(place, shop_page):
    order = place()
    assert get(order.pk, bearer=token(order.pk), Origin=SHOP)["Access-Control-Allow-Origin"] == SHOP
    assert get(order.pk, Origin=SHOP)["Access-Control-Allow-Origin"] == SHOP
    assert "Access-Control-Allow-Origin" not in get(order.pk, bearer=token(order.pk), Origin="https://evil.example")


def test_a_preflight_allows_the_authorization_header(place, shop_page):
    headers = {"Origin": SHOP, "Access-Control-Request-Method": "GET"}
    answered = Client().options(address(place().pk), headers=headers)
    assert (answered.status_code, answered["Access-Control-Allow-Origin"]) == (204, SHOP)
    assert "Authorization" in answered["Access-Control-Allow-Headers"]
    assert "GET" in answered["Access-Control-Allow-Methods"]


def test_a_publishable_key_reads_no_checkout(place, shop_page):
    answered = get(place().pk, **{"X-API-Key": shop_page})
    assert refusal(answered) == (403, "publishable-key-refused", "Insufficient permissions.")
