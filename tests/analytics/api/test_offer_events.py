"""The wire of the ingest: exactly the contract, and an answer for everything else."""

import gzip
import json
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from django.test import Client

from analytics.models import IngestReceipt, OfferEvent, QuarantinedEvent
from smplat.clock import now
from smplat.operations import switches
from smplat.operations.models import SwitchState
from tests.analytics.making import sent

ONE = "/api/v1/analytics/offer-events"
BATCH = "/api/v1/analytics/offer-events/batch"
NDJSON = "application/x-ndjson"

pytestmark = pytest.mark.django_db


def test_an_event_is_accepted(storefront: Client) -> None:
    answer = storefront.post(ONE, sent(), content_type="application/json")
    stored = OfferEvent.objects.get()
    assert answer.status_code == 202
    assert answer.json() == {
        "id": str(stored.id),
        "status": "accepted",
        "created_at": stored.created_at.isoformat().replace("+00:00", "Z"),
    }
    assert UUID(answer.json()["id"]).version == 7


def test_both_slash_forms_answer(storefront: Client) -> None:
    assert storefront.post(f"{ONE}/", sent(), content_type="application/json").status_code == 202
    assert storefront.post(f"{BATCH}/", [sent()], content_type="application/json").status_code == 202


def test_a_retry_answers_like_the_first_time(storefront: Client) -> None:
    event = sent(event_id=str(uuid4()))
    first = storefront.post(ONE, event, content_type="application/json").json()
    again = storefront.post(ONE, event, content_type="application/json")
    assert again.status_code == 202
    assert again.json() == first | {"status": "duplicate"}
    assert OfferEvent.objects.count() == 1


def test_an_invalid_event_is_refused_and_written_down(storefront: Client) -> None:
    answer = storefront.post(ONE, {"event_type": "x", "cart_total": -1}, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["code"] == "validation-failed"
    assert [(entry["type"], entry["loc"]) for entry in answer.json()["detail"]] == [
        ("missing", ["body", "offer_slug"]),
        ("greater_than_equal", ["body", "cart_total"]),
    ]
    receipt = IngestReceipt.objects.get()
    assert (receipt.kind, receipt.received, receipt.refused, receipt.code) == ("single", 1, 1, "validation-failed")
    assert not OfferEvent.objects.exists()
    assert not QuarantinedEvent.objects.exists()


def test_malformed_json_is_refused(storefront: Client) -> None:
    answer = storefront.post(ONE, b"{", content_type="application/json")
    assert (answer.status_code, answer.json()["detail"][0]["type"]) == (422, "json_invalid")


def test_without_a_key_nothing_is_read(client: Client) -> None:
    answer = client.post(ONE, b"{", content_type="application/json")
    assert (answer.status_code, answer.json()["detail"]) == (401, "Invalid API key")
    assert not IngestReceipt.objects.exists()


def test_a_batch_is_told_what_became_of_each_event(storefront: Client) -> None:
    event_id = str(uuid4())
    body = [sent(event_id=event_id), {"offer_slug": "x"}, sent(event_id=event_id), 5]
    answer = storefront.post(BATCH, body, content_type="application/json")
    stored, first_aside, second_aside = OfferEvent.objects.get(), *QuarantinedEvent.objects.order_by("index")
    assert answer.status_code == 202
    assert answer.json() == {
        "receipt_id": str(IngestReceipt.objects.get().id),
        "received": 4,
        "accepted": 1,
        "duplicate": 1,
        "quarantined": 2,
        "results": [
            {
                "index": 1,
                "status": "quarantined",
                "code": "missing",
                "field": "event_type",
                "message": "event_type: Field required",
                "id": str(first_aside.id),
            },
            {
                "index": 2,
                "status": "duplicate",
                "code": "duplicate",
                "field": "event_id",
                "message": "An event with this event_id was stored before.",
                "id": str(stored.id),
            },
            {
                "index": 3,
                "status": "quarantined",
                "code": "model-attributes-type",
                "field": None,
                "message": "Input should be a valid object",
                "id": str(second_aside.id),
            },
        ],
    }


@pytest.mark.parametrize("content_type", [NDJSON, "text/plain", "text/plain; charset=utf-8"])
def test_lines_are_a_batch(storefront: Client, content_type: str) -> None:
    body = b"\n".join([json.dumps(sent()).encode()] * 2) + b'\n{"offer_slug":"cut o'
    answer = storefront.post(BATCH, body, content_type=content_type).json()
    assert (answer["received"], answer["accepted"], answer["quarantined"]) == (3, 2, 1)
    assert bytes(QuarantinedEvent.objects.get().original) == b'{"offer_slug":"cut o'


def test_an_array_as_plain_text_is_a_batch(storefront: Client) -> None:
    answer = storefront.post(BATCH, json.dumps([sent()]), content_type="text/plain").json()
    assert (answer["received"], answer["accepted"]) == (1, 1)


def test_a_packed_batch_is_unpacked(storefront: Client) -> None:
    packed = gzip.compress(json.dumps([sent()] * 3).encode())
    answer = storefront.post(BATCH, packed, content_type="application/json", headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["accepted"]) == (202, 3)


@pytest.mark.parametrize(
    ("body", "limit", "code", "received"),
    [
        (b"[" + b"5," * 1000 + b"5]", 1000, "too-many-events", 1001),
        (b"[" + b" " * 1024 * 1024 + b"]", 1024 * 1024, "body-too-large", 0),
    ],
)
def test_a_batch_over_a_limit_is_told_the_limit(
    storefront: Client, body: bytes, limit: int, code: str, received: int
) -> None:
    answer = storefront.post(BATCH, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"], answer.json()["limit"]) == (413, code, limit)
    receipt = IngestReceipt.objects.get()
    assert (receipt.received, receipt.refused, receipt.code) == (received, received, code)


def test_a_bomb_is_not_unpacked(storefront: Client) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    answer = storefront.post(BATCH, bomb, content_type="application/json", headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["limit"]) == (413, 1024 * 1024)


@pytest.mark.parametrize("body", [b"[{]", b"", b'{"events": []}'])
def test_what_is_no_array_is_refused_as_a_whole(storefront: Client, body: bytes) -> None:
    answer = storefront.post(BATCH, body, content_type="application/json")
    assert answer.status_code == 422
    assert not QuarantinedEvent.objects.exists()


def test_another_media_type_is_refused(storefront: Client) -> None:
    assert storefront.post(BATCH, b"a,b", content_type="text/csv").status_code == 415


def test_while_the_ingest_is_off_senders_are_asked_to_come_back(storefront: Client) -> None:
    SwitchState.objects.create(
        name="analytics.ingest", is_on=False, reason="a test", changed_by="ada", changed_at=now()
    )
    switches.forget()
    for path, body in [(ONE, sent()), (BATCH, [sent()])]:
        answer = storefront.post(path, body, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (503, "ingest-stopped")
        assert int(answer["Retry-After"]) > 0
    assert not OfferEvent.objects.exists()


def test_an_event_says_when_it_happened(storefront: Client) -> None:
    storefront.post(ONE, sent(occurred_at=now().isoformat()), content_type="application/json")
    assert isinstance(OfferEvent.objects.get().occurred_at, datetime)


def test_the_year_before_last_is_too_old(storefront: Client) -> None:
    answer = storefront.post(ONE, sent(occurred_at="2020-01-01T00:00:00Z"), content_type="application/json")
    problem = answer.json()["detail"][0]
    assert (answer.status_code, problem["type"]) == (422, "datetime_too_old")
    assert problem["ctx"]["ge"].endswith("Z")
