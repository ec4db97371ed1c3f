"""What an order costs the database: every page of a storefront asks here, so the number of statements is held.

The counts include the two that open and close the transaction.
"""

from uuid import uuid4

import pytest

from checkout.models import OrchestrationEvent, Order

pytestmark = pytest.mark.django_db
CUSTOMER = {"email": "ana@example.test", "name": "Ana", "locale": "pt-BR", "timeZone": "America/Sao_Paulo"}


@pytest.fixture
def send(request_json):
    def send(method, path, body=None, **headers):
        response = request_json(method, path, body, **headers)
        assert response.status_code in {200, 201}, response.content
        return response.json()

    return send


@pytest.fixture
def body(product):
    item = {
        "product_id": str(product.pk),
        "product_title": "Reels starter",
        "quantity": 2,
        "unit_price": "149.00",
        "total_price": "298.00",
        "selected_options": {"zone": "b", "a": [1, 2.5, None]},
    }
    return {"items": [item, item | {"attributes": {"x": "y"}}], "currency": "EUR", "customer": CUSTOMER}


@pytest.fixture
def order_id(send, body):
    return send("POST", "/api/v1/orders", body | {"user_id": str(uuid4())})["id"]


def report(order_id, stage, status, **more):
    return "POST", f"/api/v1/checkout/orchestrations/{order_id}/events", {"stage": stage, "status": status, **more}


def test_an_order_with_its_new_customer_takes_eight_statements(send, body, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        send("POST", "/api/v1/orders", body | {"user_id": str(uuid4())})


def test_an_idempotency_key_costs_three_more(send, body, django_assert_max_num_queries):
    with django_assert_max_num_queries(11):
        send("POST", "/api/v1/orders", body | {"user_id": str(uuid4())}, **{"Idempotency-Key": "k"})


def test_more_items_take_no_more_statements(send, body, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        send("POST", "/api/v1/orders", body | {"user_id": str(uuid4()), "items": body["items"] * 20})


@pytest.mark.parametrize(
    ("before", "stage", "status", "most"),
    [
        ([], "payment", "in_progress", 6),
        ([], "payment", "completed", 10),
        (["payment"], "verification", "completed", 8),
        (["payment", "verification", "loyalty_hold"], "fulfillment", "completed", 7),
    ],
)
def test_a_stage_event_takes_few_statements(send, order_id, django_assert_max_num_queries, before, stage, status, most):  # noqa: PLR0917 - columns of the table
    for done in before:
        send(*report(order_id, done, "completed"))
    with django_assert_max_num_queries(most):
        send(*report(order_id, stage, status))


def test_a_repeated_stage_event_takes_four_statements(send, order_id, django_assert_max_num_queries):
    send(*report(order_id, "payment", "in_progress"))
    with django_assert_max_num_queries(4):
        send(*report(order_id, "payment", "in_progress"))


def test_a_change_of_status_takes_ten_statements(send, order_id, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        send("PATCH", f"/api/v1/orders/{order_id}/status", {"status": "active"})


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/api/v1/orders/{}", 2),
        ("/api/v1/orders/{}/progress", 1),
        ("/api/v1/orders/{}/state-events", 1),
        ("/api/v1/checkout/orchestrations/{}", 2),
        ("/api/v1/orders?limit=50", 2),
    ],
)
def test_a_read_takes_one_or_two(send, order_id, django_assert_max_num_queries, path, most):
    send("PATCH", f"/api/v1/orders/{order_id}/status", {"status": "active"})
    with django_assert_max_num_queries(most):
        send("GET", path.format(order_id))


def test_what_creating_answers_is_what_reading_answers(send, body):
    answered = send("POST", "/api/v1/orders", body)
    assert answered.pop("customerToken")
    assert answered == send("GET", f"/api/v1/orders/{answered['id']}")


def test_what_a_change_of_status_answers_is_what_reading_answers(send, order_id):
    answered = send("PATCH", f"/api/v1/orders/{order_id}/status", {"status": "active"})
    assert answered == send("GET", f"/api/v1/orders/{order_id}")


def test_what_a_stage_event_answers_is_what_reading_answers(send, order_id):
    reports = [
        report(order_id, "payment", "in_progress", payload={"method": "card", "amount": "1.10"}, note="one"),
        report(order_id, "payment", "waiting", nextActionAt="2031-05-01T10:00:00+02:00", metadataPatch={"a": {"b": 1}}),
        report(order_id, "payment", "completed", metadataPatch={"c": None}),
        report(order_id, "payment", "completed"),
        report(order_id, "verification", "failed"),
    ]
    for one in reports:
        assert send(*one) == send("GET", f"/api/v1/checkout/orchestrations/{order_id}")


def test_a_late_report_is_answered_at_its_place_in_the_log(place, now, send):
    order = place()
    send(*report(order.pk, "payment", "completed"))
    answered = send(*report(order.pk, "payment", "in_progress", payload={"method": "card", "amount": "1"}))
    assert answered == send("GET", f"/api/v1/checkout/orchestrations/{order.pk}")
    assert len(answered["events"]) == OrchestrationEvent.objects.count() == 4
    assert Order.objects.get().status == "processing"
