"""Orders over HTTP: the wire that storefronts speak."""

from uuid import uuid4

import pytest
from django.test import Client

from checkout.models import Order

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(request_json):
    def send(method, path, body=None, **headers):
        response = request_json(method, path, body, **headers)
        return response.status_code, response.json(), response

    return send


@pytest.fixture
def body(product):
    item = {
        "product_id": str(product.pk),
        "product_title": "Reels starter",
        "quantity": 1,
        "unit_price": 149.0,
        "total_price": "149.00",
        "selected_options": {"options": []},
        "platform_context": {"id": "instagram::@demo", "label": "Instagram demo"},
    }
    return {"items": [item], "currency": "eur", "source": "checkout", "notes": "loyaltyProjection=298"}


def test_an_order_is_created_and_answers_with_the_wires_body(send, body):
    status, order, _ = send("POST", "/api/v1/orders/", body)
    assert status == 201
    assert order["order_number"].startswith("SM")
    assert (order["status"], order["total"], order["currency"]) == ("pending", 149.0, "EUR")
    assert (order["loyalty_projection_points"], order["providerOrders"], order["user_id"]) == (298, [], None)
    assert order["created_at"].endswith("Z")
    assert order["items"][0]["platform_context"] == {"id": "instagram::@demo", "label": "Instagram demo"}
    assert order["customerToken"]


def test_the_same_idempotency_key_makes_one_order(send, body):
    first = send("POST", "/api/v1/orders", body, **{"Idempotency-Key": "order-1"})
    again = send("POST", "/api/v1/orders", body, **{"Idempotency-Key": "order-1"})
    assert again[1] == first[1]
    assert again[2].headers["Idempotency-Replayed"] == "true"
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "status", "code", "detail"),
    [
        ({"currency": "XYZ"}, 400, "invalid-currency", "Invalid currency: XYZ"),
        ({"source": "phone"}, 400, "invalid-order-source", "Invalid order source: phone"),
        ({"occurredAt": "2026-01-01T00:00:00Z"}, 403, "scope-missing", None),
    ],
)
def test_a_bad_field_is_refused_with_its_sentence(send, body, change, status, code, detail):  # noqa: PLR0917 - columns of the table
    answered, error, _ = send("POST", "/api/v1/orders", {**body, **change})
    assert (answered, error["code"]) == (status, code)
    assert detail is None or error["detail"] == detail
    assert not Order.objects.exists()


def test_missing_and_misshapen_fields_are_listed_with_their_place(send, body):
    body["items"][0] |= {"quantity": 0, "product_id": "x", "unit_price": "NaN"}
    del body["items"][0]["product_title"]
    status, error, _ = send("POST", "/api/v1/orders", body)
    assert status == 422
    found = {(tuple(entry["loc"]), entry["type"]) for entry in error["detail"]}
    assert found == {
        (("body", "items", 0, "quantity"), "greater_than_equal"),
        (("body", "items", 0, "product_id"), "uuid_parsing"),
        (("body", "items", 0, "unit_price"), "decimal_parsing"),
        (("body", "items", 0, "product_title"), "missing"),
    }


def test_an_order_without_items_is_too_short(send, body):
    status, error, _ = send("POST", "/api/v1/orders", {**body, "items": []})
    assert (status, error["detail"][0]["type"]) == (422, "too_short")


def test_a_changed_price_is_a_conflict_with_both_figures(send, body):
    body["items"][0] |= {"unit_price": 1, "total_price": 1}
    status, error, _ = send("POST", "/api/v1/orders", body)
    assert (status, error["code"], error["stated"], error["catalogue"]) == (409, "price-changed", 1.0, 149.0)


def test_an_unknown_product_is_named(send, body):
    unknown = str(uuid4())
    body["items"][0]["product_id"] = unknown
    status, error, _ = send("POST", "/api/v1/orders", body)
    assert (status, error["detail"]) == (404, f"Product not found: {unknown}")


def test_without_a_key_nothing_is_told(product):
    response = Client().get("/api/v1/orders/")
    assert (response.status_code, response.json()["detail"]) == (401, "Invalid API key")


def test_lists_page_by_cursor_without_losing_or_repeating(send, place):
    numbers = [place().order_number for _ in range(5)]
    seen, path = [], "/api/v1/orders?limit=2"
    while path:
        status, page, response = send("GET", path)
        assert status == 200
        seen += [order["order_number"] for order in page]
        link = response.headers.get("Link", "")
        path = link[1 : link.index(">")].removeprefix("http://testserver") if link else ""
    assert seen == numbers[::-1]


@pytest.mark.parametrize(
    ("query", "status", "detail"),
    [("status_filter=nope", 400, "Invalid status filter: nope"), ("limit=-1", 422, None), ("cursor=zzz", 422, None)],
)
def test_bad_list_queries_are_refused(send, query, status, detail):
    answered, error, _ = send("GET", f"/api/v1/orders?{query}")
    assert answered == status
    assert detail is None or error["detail"] == detail


def test_a_status_change_answers_with_the_order_and_leaves_a_state_event(send, place):
    order = place()
    change = {"status": "processing", "notes": "picked up", "actorType": "operator", "metadata": {"ticket": "T-9"}}
    status, answered, _ = send("PATCH", f"/api/v1/orders/{order.pk}/status", change)
    assert (status, answered["status"]) == (200, "processing")
    _, events, _ = send("GET", f"/api/v1/orders/{order.pk}/state-events")
    assert events[0]["metadata"] == {"ticket": "T-9"}
    assert (events[0]["fromStatus"], events[0]["toStatus"], events[0]["actorType"]) == (
        "pending",
        "processing",
        "operator",
    )


def test_a_transition_that_is_not_allowed_says_from_where_to_where(send, place):
    status, error, _ = send("PATCH", f"/api/v1/orders/{place().pk}/status", {"status": "on_hold"})
    assert (status, error["detail"]) == (400, "Cannot transition order from pending to on_hold")


def test_progress_counts_lines(send, place):
    order = place()
    _, progress, _ = send("GET", f"/api/v1/orders/{order.pk}/progress/")
    assert progress == {
        "order_id": str(order.pk),
        "order_status": "pending",
        "total_tasks": 1,
        "completed_tasks": 0,
        "failed_tasks": 0,
        "in_progress_tasks": 0,
        "progress_percentage": 0.0,
        "items_count": 1,
    }


@pytest.mark.parametrize("path", ["", "/state-events", "/progress"])
def test_an_unknown_order_is_not_found_and_a_bad_id_is_invalid(send, path):
    assert send("GET", f"/api/v1/orders/{uuid4()}{path}")[:2][1]["detail"] == "Order not found"
    status, error, _ = send("GET", f"/api/v1/orders/nonsense{path}")
    assert (status, error["detail"][0]["type"]) == (422, "uuid_parsing")


def test_the_orders_of_a_bad_user_id_name_the_user(send):
    status, answer, _ = send("GET", "/api/v1/orders/user/ada")
    assert (status, answer["detail"][0]["loc"]) == (422, ["path", "user_id"])
    assert answer["detail"][0]["msg"] == "The user id is not a valid UUID."
