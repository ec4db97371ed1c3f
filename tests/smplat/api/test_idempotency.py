"""A POST with an Idempotency-Key happens once, however often it is sent."""

import json

import pytest
from django.db import connections
from django.test import Client

from smplat.api.idempotency import KeyReceipt
from smplat.api.models import ApiClient, IdempotencyReceipt

pytestmark = [pytest.mark.urls("tests.smplat.api.probe"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def post(api, settings):
    settings.CHECKOUT_API_KEY = "secret"

    def post(name: str, key: str, client: Client = api):
        body = json.dumps({"name": name}).encode()
        headers = {"X-API-Key": "secret", "Idempotency-Key": key}
        return client.post("/api/v1/probe/clients", body, content_type="application/json", headers=headers)

    return post


def test_the_second_answer_is_the_first_one_again(post) -> None:
    first, second = post("a", "k1"), post("a", "k1")
    assert (second.status_code, second.content) == (201, first.content)
    assert (first.headers.get("Idempotency-Replayed"), second["Idempotency-Replayed"]) == (None, "true")
    assert ApiClient.objects.count() == 1


def test_another_body_under_the_same_key_is_refused(post) -> None:
    post("a", "k1")
    response = post("b", "k1")
    assert (response.status_code, response.json()["code"]) == (422, "idempotency-key-reused")
    assert list(ApiClient.objects.values_list("name", flat=True)) == ["a"]


def test_a_refusal_is_not_kept(post) -> None:
    assert post("refused", "k1").status_code == 409
    assert not IdempotencyReceipt.objects.exists()
    assert post("a", "k1").status_code == 201


def test_a_key_that_another_transaction_holds_is_busy(post) -> None:
    # A second session holds the lock of the environment's client and this key.
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtextextended('idempotency:0:k1', 0))")
        response = post("a", "k1")
    finally:
        other.close()
    assert (response.status_code, response.json()["code"], response["Retry-After"]) == (
        409,
        "idempotency-key-in-use",
        "1",
    )
    assert not ApiClient.objects.exists()


def test_a_crash_between_the_work_and_its_receipt_leaves_neither(post, monkeypatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(KeyReceipt, "close", lambda self: 1 / 0)
        assert post("a", "k1").status_code == 500
    assert not ApiClient.objects.exists()
    assert post("a", "k1").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "two words", "ü"])
def test_a_key_out_of_bounds_is_refused(post, key: str) -> None:
    response = post("a", key)
    assert (response.status_code, response.json()["code"]) == (422, "idempotency-key-invalid")
