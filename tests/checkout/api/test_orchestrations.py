"""Checkouts over HTTP."""

import json

import pytest
from django.db import connection
from django.test import Client

from checkout.models import Orchestration, OrchestrationEvent
from tests.checkout.api.conftest import KEY

pytestmark = pytest.mark.django_db


def post(order, **event):
    return Client().post(
        f"/api/v1/checkout/orchestrations/{order.pk}/events",
        json.dumps(event),
        content_type="application/json",
        headers={"X-API-Key": KEY},
    )


def get(order):
    return Client().get(f"/api/v1/checkout/orchestrations/{order.pk}/", headers={"X-API-Key": KEY})


def test_an_event_answers_with_the_whole_checkout(place):
    order = place()
    post(order, stage="payment", status="completed", note="card ok")
    event = {
        "stage": "verification",
        "status": "waiting",
        "note": "KYC",
        "payload": {"ref": "k-1"},
        "nextActionAt": "2026-12-03T16:00:00Z",
        "metadataPatch": {"attempt": 2},
    }
    answered = post(order, **event)
    assert answered.status_code == 200
    body = answered.json()
    assert body == get(order).json()
    assert (body["currentStage"], body["status"]) == ("verification", "waiting")
    assert (body["nextActionAt"], body["metadata"]) == ("2026-12-03T16:00:00Z", {"attempt": 2})
    assert body["completedAt"] is None
    assert [(e["stage"], e["status"], e["note"]) for e in body["events"]] == [
        ("payment", "not_started", "created"),
        ("payment", "completed", "card ok"),
        ("verification", "not_started", "entered"),
        ("verification", "waiting", "KYC"),
    ]


def test_a_moment_at_the_end_of_time_is_refused(place):
    order = place()
    answered = post(order, stage="payment", status="waiting", nextActionAt="9999-12-31T23:59:59Z")
    assert answered.status_code == 422
    (detail,) = answered.json()["detail"]
    assert (detail["type"], detail["loc"]) == ("less_than_equal", ["body", "nextActionAt"])
    assert get(order).json()["status"] == "not_started"


def test_an_event_that_makes_no_sense_is_a_conflict_with_the_current_state(place):
    answered = post(place(), stage="fulfillment", status="completed")
    assert answered.status_code == 409
    body = answered.json()
    assert (body["code"], body["currentStage"], body["stageStatus"], body["reason"]) == (
        "stage-event-refused",
        "payment",
        "not_started",
        "stage-not-current",
    )


def test_snake_case_is_understood(place):
    order = place()
    post(order, stage="payment", status="waiting", next_action_at="2026-12-03T16:00:00Z", metadata_patch={"a": 1})
    assert get(order).json()["nextActionAt"] == "2026-12-03T16:00:00Z"
    assert get(order).json()["metadata"] == {"a": 1}


def test_reading_a_checkout_that_was_never_written_computes_it_and_writes_nothing(place):
    order = place()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM checkout_orchestrationevent")
        cursor.execute("DELETE FROM checkout_orchestration")
        cursor.execute("SET session_replication_role = origin")
    answered = get(order)
    assert (answered.status_code, answered.json()["currentStage"], answered.json()["events"]) == (200, "payment", [])
    assert not Orchestration.objects.exists()
    assert not OrchestrationEvent.objects.exists()
    assert post(order, stage="payment", status="in_progress").status_code == 200


@pytest.mark.parametrize("field", ["stage", "status"])
def test_an_unknown_stage_or_status_is_invalid(place, field):
    answered = post(place(), **{"stage": "payment", "status": "waiting", field: "nope"})
    assert answered.status_code == 422
    assert answered.json()["detail"][0]["loc"] == ["body", field]
    assert answered.json()["detail"][0]["type"] == "enum"
