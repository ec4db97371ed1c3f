"""The web tier's form answers like the web tier, and takes the beacon's arrays."""

import json
from uuid import uuid4

import pytest
from django.test import Client

from analytics.models import OfferEvent, QuarantinedEvent

PATH = "/api/analytics/offer-events"
SENT = {"offerSlug": "summer", "eventType": "impression"}

pytestmark = pytest.mark.django_db


def test_an_object_is_answered_like_one_event(storefront: Client) -> None:
    answer = storefront.post(PATH, SENT, content_type="application/json")
    assert answer.status_code == 202
    assert sorted(answer.json()) == ["created_at", "id", "status"]


@pytest.mark.parametrize("content_type", ["application/json", "text/plain;charset=UTF-8"])
def test_an_array_is_answered_like_a_batch(storefront: Client, content_type: str) -> None:
    body = json.dumps([SENT | {"eventId": str(uuid4())}, {"offerSlug": " "}])
    answer = storefront.post(PATH, body, content_type=content_type)
    assert (answer.status_code, answer.json()["accepted"], answer.json()["quarantined"]) == (202, 1, 1)
    aside = QuarantinedEvent.objects.get()
    assert (aside.form, aside.code) == ("web", "offer-slug-and-event-type-required")


def test_an_event_without_offer_or_type_is_a_bad_request(storefront: Client) -> None:
    answer = storefront.post(PATH, {"offerSlug": "x"}, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (400, "offerSlug and eventType are required")


def test_a_value_out_of_bounds_is_refused_with_an_error(storefront: Client) -> None:
    answer = storefront.post(PATH, SENT | {"metadata": []}, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (422, "Failed to record event")
    assert answer.json()["detail"][0]["loc"] == ["body", "metadata"]
    assert not OfferEvent.objects.exists()


def test_a_missing_key_is_told_in_the_web_tiers_words(client: Client) -> None:
    answer = client.post(PATH, SENT, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (401, "Authentication required.")
