"""The web tier's routes: a customer's browser acts on its own order, and on no other."""

from uuid import uuid4

import pytest
from django.test import Client

from onboarding.models import ExperimentSegment, Journey, JourneyEvent
from smplat import clock
from smplat.api.actions.issue_api_key import issue_api_key
from smplat.api.keys import KeyKind
from smplat.api.models import ApiClient
from smplat.api.scopes import Scope

EVENTS = "/api/analytics/onboarding-events"


def journey_address(order):
    return f"/api/onboarding/journeys/{order.pk}"


def test_a_journey_begins_from_the_browser(browse, place):
    order = place()
    sent = {"eventType": "journey_started", "orderId": str(order.pk), "referralCode": "SMPLAT-1", "page": "success"}
    status, body = browse("POST", EVENTS, sent, order=order)
    assert (status, body["status"], body["journey"]["referral_code"]) == (200, "ok", "SMPLAT-1")
    assert browse("GET", journey_address(order), order=order) == (200, body["journey"])


def test_a_task_is_ticked_from_the_browser_and_acted_by_the_client(browse, begin):
    journey = begin()
    task = journey.tasks.get(slug="intake")
    sent = {
        "eventType": "checklist_update",
        "orderId": str(journey.order_id),
        "taskId": str(task.pk),
        "completed": True,
        "actor": "operator",
    }
    status, body = browse("POST", EVENTS, sent, order=journey.order)
    assert (status, body["status"], body["task"]["status"]) == (200, "ok", "completed")
    assert JourneyEvent.objects.get(event_type="task_status_changed").metadata == {"actor": "client"}


def test_a_referral_copy_from_the_browser(browse, begin):
    journey = begin()
    sent = {"eventType": "referral_copied", "orderId": str(journey.order_id), "referralCode": "SMPLAT-1"}
    assert browse("POST", EVENTS, sent, order=journey.order) == (200, {"status": "ok"})
    assert journey.events.filter(event_type="referral_copied").count() == 1


def test_experiments_keep_their_status_and_flag_d_27(browse, begin):
    journey = begin()
    entry = {"slug": "winter-price", "variantKey": "b", "status": "running", "featureFlagKey": "lab"}
    sent = {
        "eventType": "pricing_experiment_segment",
        "orderId": str(journey.order_id),
        "experiments": [entry, {"slug": 7, "variantKey": "b"}, "nonsense"],
    }
    assert browse("POST", EVENTS, sent, order=journey.order) == (200, {"status": "accepted"})
    segment = ExperimentSegment.objects.get()
    assert (segment.status, segment.feature_flag_key) == ("running", "lab")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ([], "eventType is required"),
        ({}, "eventType is required"),
        ({"eventType": 7}, "eventType is required"),
        ({"eventType": "party"}, "Unsupported eventType: party"),
        ({"eventType": "journey_started"}, "orderId is required"),
        ({"eventType": "checklist_update", "orderId": "ORDER"}, "orderId, taskId, and completed are required"),
        (
            {"eventType": "checklist_update", "orderId": "ORDER", "taskId": str(uuid4()), "completed": "yes"},
            "orderId, taskId, and completed are required",
        ),
        ({"eventType": "referral_copied", "orderId": "ORDER"}, "orderId and referralCode are required"),
        (
            {"eventType": "pricing_experiment_segment", "orderId": "ORDER", "experiments": []},
            "orderId and experiments are required",
        ),
        (
            {"eventType": "pricing_experiment_segment", "orderId": "ORDER", "experiments": [{"slug": "a"}]},
            "At least one valid experiment is required",
        ),
    ],
)
def test_what_is_missing_is_said_in_the_sentences_that_clients_know(browse, place, body, sentence):
    order = place()
    sent = {**body, "orderId": str(order.pk)} if "orderId" in body else body
    status, answered = browse("POST", EVENTS, sent, order=order)
    assert (status, answered["error"]) == (400, sentence)
    assert not Journey.objects.exists()


def test_a_token_opens_no_other_order(browse, place, begin):
    journey, other = begin(), place()
    events = JourneyEvent.objects.count()
    sent = {
        "eventType": "checklist_update",
        "orderId": str(journey.order_id),
        "taskId": str(journey.tasks.first().pk),
        "completed": True,
    }
    status, body = browse("POST", EVENTS, sent, order=other)
    assert (status, body["code"]) == (403, "token-of-another-order")
    assert browse("GET", journey_address(journey.order), order=other)[0] == 403
    assert JourneyEvent.objects.count() == events


def test_a_server_uses_its_secret_key_for_any_order(send, begin):
    journey = begin()
    sent = {"eventType": "journey_started", "orderId": str(journey.order_id)}
    assert send("POST", EVENTS, sent)[0] == 200
    assert send("GET", journey_address(journey.order))[1]["id"] == str(journey.pk)
    sent["orderId"] = str(uuid4())
    status, body = send("POST", EVENTS, sent)
    assert (status, body["error"]) == (404, "Order not found")


def test_a_publishable_key_can_do_none_of_it(begin):
    journey = begin()
    issued = issue_api_key(
        client_id=ApiClient.objects.create(name="Storefront").pk,
        name="page",
        kind=KeyKind.PUBLISHABLE,
        scopes=[Scope.EVENTS_WRITE],
        allowed_origins=["https://shop.example.com"],
        by="tests",
        now=clock.now(),
    )
    headers = {"X-API-Key": issued.plaintext, "Origin": "https://shop.example.com"}
    sent = {"eventType": "journey_started", "orderId": str(journey.order_id)}
    for answered in (
        Client().post(EVENTS, sent, content_type="application/json", headers=headers),
        Client().get(journey_address(journey.order), headers=headers),
    ):
        assert (answered.status_code, answered.json()["code"]) == (403, "publishable-key-refused")


def test_without_key_and_token_nothing_opens(place):
    order = place()
    for answered in (
        Client().post(EVENTS, {"eventType": "journey_started"}, content_type="application/json"),
        Client().get(journey_address(order)),
    ):
        assert answered.status_code == 401
    assert not Journey.objects.exists()


def test_a_journey_that_nobody_started_is_404(browse, place):
    order = place()
    status, body = browse("GET", journey_address(order), order=order)
    assert (status, body["error"]) == (404, "Journey not found")


def test_the_same_idempotency_key_of_two_customers_stands_for_two_requests(browse, place):
    for order in (place(), place()):
        sent = {"eventType": "referral_copied", "orderId": str(order.pk), "referralCode": "SMPLAT-1"}
        for _ in range(2):
            answered = browse("POST", EVENTS, sent, order=order, **{"Idempotency-Key": "once"})
            assert answered == (200, {"status": "ok"})
    assert JourneyEvent.objects.filter(event_type="referral_copied").count() == 2
