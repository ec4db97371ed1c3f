"""One order's journey over HTTP: the wire that storefronts speak."""

from uuid import uuid4

import pytest

from onboarding.models import ExperimentSegment, Interaction, Journey, JourneyEvent


def address(order, more=""):
    return f"/api/v1/orders/{getattr(order, 'pk', order)}/onboarding{more}"


def test_the_first_post_makes_the_journey_and_answers_with_the_wires_body(send, place):
    order = place()
    status, journey = send("POST", address(order), {"referralCode": "SMPLAT-1"})
    assert status == 200
    assert set(journey) == {
        "id",
        "order_id",
        "status",
        "progress_percentage",
        "referral_code",
        "started_at",
        "completed_at",
        "tasks",
    }
    assert (journey["order_id"], journey["status"], journey["progress_percentage"]) == (str(order.pk), "active", 0.0)
    assert (journey["referral_code"], journey["completed_at"]) == ("SMPLAT-1", None)
    assert journey["started_at"].endswith("Z")
    assert [task["slug"] for task in journey["tasks"]] == ["intake", "assets", "collaboration"]
    assert set(journey["tasks"][0]) == {
        "id",
        "slug",
        "title",
        "description",
        "status",
        "sort_order",
        "due_at",
        "completed_at",
    }
    assert send("GET", address(order)) == (200, journey)


def test_reading_makes_no_journey(send, place):
    status, body = send("GET", address(place()))
    assert (status, body["detail"]) == (404, "Journey not found")
    assert not Journey.objects.exists()


def test_a_part_that_is_left_out_stays_as_it_was_d_10(send, place):
    order = place()
    account = {"id": "instagram::@demo", "label": "Demo", "handle": "@demo", "platformType": "instagram"}
    send("POST", address(order), {"offer": {"slug": "pack"}, "platformContexts": [account]})
    send("POST", address(order), {"support": {"channel": "email"}, "offer": None})
    assert Journey.objects.get().context == {
        "offer": {"slug": "pack"},
        "support": {"channel": "email"},
        "platform_contexts": [
            {"id": "instagram::@demo", "label": "Demo", "handle": "@demo", "platform_type": "instagram"}
        ],
    }
    assert JourneyEvent.objects.filter(event_type="journey_started").count() == 1


@pytest.mark.parametrize(
    ("more", "body"),
    [
        ("", {}),
        ("/referral", {"referral_code": "SMPLAT-1"}),
        ("/pricing-experiments", {"experiments": [{"slug": "winter-price", "variantKey": "b"}]}),
    ],
)
def test_an_unknown_order_is_404_d_11(send, more, body):
    status, answered = send("POST", address(uuid4(), more), body)
    assert (status, answered["detail"], answered["code"]) == (404, "Order not found", "order-not-found")
    assert not Journey.objects.exists()


def test_a_task_is_ticked_and_the_times_carry_their_zone_d_25(send, begin):
    journey = begin()
    task = journey.tasks.get(slug="intake")
    status, body = send("PATCH", address(journey.order, f"/tasks/{task.pk}"), {"completed": True, "actor": "operator"})
    assert (status, body["id"], body["status"]) == (200, str(task.pk), "completed")
    assert body["completed_at"].endswith("Z")
    assert Interaction.objects.get().actor_type == "operator"
    assert send("GET", address(journey.order))[1]["progress_percentage"] == 33.33


def test_ticking_again_writes_nothing(send, begin):
    journey = begin()
    path = address(journey.order, f"/tasks/{journey.tasks.get(slug='intake').pk}")
    first = send("PATCH", path, {"completed": True})
    assert send("PATCH", path, {"completed": True}) == first
    assert Interaction.objects.count() == 1


def test_a_journey_whose_tasks_are_undone_is_not_completed_d_24(send, begin):
    journey = begin()
    for completed in (True, False):
        for task in journey.tasks.all():
            send("PATCH", address(journey.order, f"/tasks/{task.pk}"), {"completed": completed})
    body = send("GET", address(journey.order))[1]
    assert (body["status"], body["completed_at"], body["progress_percentage"]) == ("active", None, 0.0)
    assert [task["completed_at"] for task in body["tasks"]] == [None, None, None]


def test_what_is_not_there_is_named(send, begin, place):
    journey, other = begin(), place()
    task, nothing = journey.tasks.first().pk, uuid4()
    status, body = send("PATCH", address(other, f"/tasks/{task}"), {"completed": True})
    assert (status, body["detail"]) == (404, f"Onboarding journey missing for order {other.pk}")
    status, body = send("PATCH", address(journey.order, f"/tasks/{nothing}"), {"completed": True})
    assert (status, body["detail"]) == (404, f"Task {nothing} not found for order {journey.order_id}")
    assert not Interaction.objects.exists()


@pytest.mark.parametrize(
    ("task", "body", "problem"),
    [
        ("x", {"completed": True}, (["path", "task_id"], "uuid_parsing")),
        (uuid4(), {}, (["body", "completed"], "missing")),
        (uuid4(), {"completed": True, "actor": "ghost"}, (["body", "actor"], "enum")),
    ],
)
def test_a_toggle_that_is_not_valid_is_422(send, place, task, body, problem):
    status, answered = send("PATCH", address(place(), f"/tasks/{task}"), body)
    assert (status, answered["detail"][0]["loc"], answered["detail"][0]["type"]) == (422, *problem)


def test_a_referral_copy_is_accepted_every_time(send, place):
    order = place()
    for code in ("SMPLAT-1", "SMPLAT-2"):
        assert send("POST", address(order, "/referral"), {"referral_code": code}) == (202, {"status": "accepted"})
    assert Journey.objects.get().referral_code == "SMPLAT-1"
    assert JourneyEvent.objects.filter(event_type="referral_copied").count() == 2
    assert send("POST", address(order, "/referral"), {"referralCode": "SMPLAT-1"})[0] == 422


def test_experiments_are_accepted_in_either_spelling(send, place):
    order = place()
    sent = [
        {"slug": "winter-price", "variantKey": "b", "isControl": False, "featureFlagKey": "lab"},
        {"slug": "spring-price", "variant_key": "a", "is_control": True, "assignment_strategy": "sequential"},
        {"slug": "", "variantKey": "b"},
    ]
    status, body = send("POST", address(order, "/pricing-experiments"), {"experiments": sent})
    assert (status, body) == (202, {"status": "accepted"})
    rows = ExperimentSegment.objects.order_by("position").values_list(
        "slug", "variant_key", "is_control", "assignment_strategy", "feature_flag_key"
    )
    assert list(rows) == [("winter-price", "b", False, None, "lab"), ("spring-price", "a", True, "sequential", None)]


@pytest.mark.parametrize("body", [{}, {"experiments": []}, {"experiments": [{"slug": "winter-price"}]}])
def test_experiments_that_are_missing_are_422(send, place, body):
    assert send("POST", address(place(), "/pricing-experiments"), body)[0] == 422
    assert not Journey.objects.exists()


@pytest.mark.parametrize(
    ("more", "body"),
    [
        ("", {"referralCode": "SMPLAT-1"}),
        ("/referral", {"referral_code": "SMPLAT-1"}),
        ("/pricing-experiments", {"experiments": [{"slug": "winter-price", "variantKey": "b"}]}),
    ],
)
def test_the_same_idempotency_key_happens_once(send, place, more, body):
    order = place()
    first = send("POST", address(order, more), body, **{"Idempotency-Key": "once"})
    events = JourneyEvent.objects.count()
    assert send("POST", address(order, more), body, **{"Idempotency-Key": "once"}) == first
    assert JourneyEvent.objects.count() == events
    other = send("POST", address(place(), more), body, **{"Idempotency-Key": "once"})
    assert (other[0], other[1]["code"]) == (422, "idempotency-key-reused")


def test_without_a_key_nothing_opens(send, place):
    order = place()
    for method, more in (("GET", ""), ("POST", ""), ("POST", "/referral"), ("PATCH", f"/tasks/{uuid4()}")):
        status, body = send(method, address(order, more), {}, **{"X-API-Key": "wrong"})
        assert (status, body["detail"]) == (401, "Invalid API key")
    assert not Journey.objects.exists()
