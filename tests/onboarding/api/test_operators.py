"""The operators' list and detail over HTTP."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from checkout.customers import CustomerDetails
from guardrails.actions.pause_provider import pause_provider
from guardrails.actions.resume_provider import resume_provider
from onboarding.actions.receive_artifact import receive_artifact
from onboarding.actions.record_experiments import Experiment, record_experiments
from onboarding.actions.toggle_task import toggle_task
from onboarding.states import ActorType
from smplat import clock

LIST = "/api/v1/operators/onboarding/journeys"
HOUR = timedelta(hours=1)


@pytest.fixture
def record(now):
    def record(journey, *named, at=now):
        experiments = [Experiment(slug, variant) for slug, variant in named]
        record_experiments(order_id=journey.order_id, experiments=experiments, now=at)

    return record


@pytest.fixture
def find(send):
    def find(query=""):
        status, body = send("GET", f"{LIST}{query}")
        assert status == 200
        return [line["journeyId"] for line in body["summaries"]]

    return find


def test_a_line_has_the_wires_fields(send, begin, record, now):
    journey = begin(referral_code="SMPLAT-1", at=now - 40 * HOUR)
    record(journey, ("winter-price", "b"))
    status, body = send("GET", LIST)
    line = body["summaries"][0]
    assert status == 200
    assert set(line) == {
        "journeyId",
        "orderId",
        "orderNumber",
        "status",
        "riskLevel",
        "riskReasons",
        "progressPercentage",
        "referralCode",
        "startedAt",
        "updatedAt",
        "lastInteractionAt",
        "totalTasks",
        "completedTasks",
        "overdueTasks",
        "awaitingArtifacts",
        "pricingExperiments",
    }
    assert (line["orderNumber"], line["status"], line["referralCode"]) == (
        journey.order.order_number,
        "active",
        "SMPLAT-1",
    )
    assert (line["totalTasks"], line["completedTasks"], line["awaitingArtifacts"]) == (3, 0, 1)
    assert line["pricingExperiments"] == [
        {
            "slug": "winter-price",
            "variantKey": "b",
            "variantName": None,
            "isControl": None,
            "assignmentStrategy": None,
            "status": None,
            "featureFlagKey": None,
            "recordedAt": "2026-06-01T12:00:00Z",
        }
    ]
    assert body["aggregates"] == {"total": 1, "active": 1, "stalled": 0, "completed": 0, "withReferrals": 1}
    assert body["nextCursor"] is None


def test_pages_follow_each_other_and_lose_nothing_d_13(send, begin, now):
    # Two pairs began at the same moment.
    made = [str(begin(at=now + minutes * HOUR).pk) for minutes in (0, 0, 1, 1, 2)]
    query, seen = "?limit=2", []
    while query:
        body = send("GET", f"{LIST}{query}")[1]
        seen += [line["journeyId"] for line in body["summaries"]]
        query = f"?limit=2&cursor={body['nextCursor']}" if body["nextCursor"] else ""
    assert (len(seen), set(seen)) == (5, set(made))
    assert seen[0] == made[4]


def test_the_next_page_stands_in_the_link_header_with_the_filters(begin):
    for _ in range(2):
        begin(referral_code="SMPLAT-1")
    response = Client().get(f"{LIST}?limit=1&referrals=true", headers={"X-API-Key": "storefront-key-for-tests"})
    link = response.headers["Link"]
    assert 'rel="next"' in link
    assert "referrals=true" in link
    assert response.json()["nextCursor"] in link


def test_experiments_filter_before_the_limit_d_13(find, begin, record, now):
    with_experiment = begin(at=now)
    record(with_experiment, ("winter-price", "b"), ("badge", "a"))
    for hours in range(1, 4):
        begin(at=now + hours * HOUR)
    assert find("?experimentSlug=WINTER-price&limit=1") == [str(with_experiment.pk)]
    assert find("?experimentSlug=winter-price&experimentVariant=B&limit=1") == [str(with_experiment.pk)]
    assert find("?experimentSlug=winter-price&experimentVariant=a") == []


def test_search_finds_order_numbers_customers_and_parts_of_referral_codes_d_13(find, begin, place):
    journey = begin(place(customer=CustomerDetails(email="Bob@example.test")), referral_code="SMPLAT-Winter%")
    begin(referral_code="SMPLAT-SPRING")
    wanted = [str(journey.pk)]
    assert find(f"?search={journey.order.order_number.lower()}") == wanted
    assert find("?search=bob@example.test") == wanted
    assert find("?search=winter") == wanted
    assert find("?search=%25") == wanted
    assert find("?search=_") == []


def test_status_stalled_and_referrals_narrow(find, begin, now):
    done, active = begin(), begin(referral_code="SMPLAT-1")
    for task in done.tasks.all():
        toggle_task(order_id=done.order_id, task_id=task.pk, completed=True, actor=ActorType.CLIENT, now=now)
    assert find("?status=completed") == [str(done.pk)]
    assert set(find("?status=completed&status=active")) == {str(done.pk), str(active.pk)}
    assert find("?referrals=true") == [str(active.pk)]
    assert find("?stalled=true") == []


def test_a_completed_journey_does_not_age_into_risk_d_38(send, begin, now):
    journey = begin(at=now - 500 * HOUR)
    for task in journey.tasks.all():
        toggle_task(
            order_id=journey.order_id,
            task_id=task.pk,
            completed=True,
            actor=ActorType.CLIENT,
            now=now - 499 * HOUR,
        )
    assert send("GET", LIST)[1]["summaries"][0]["riskLevel"] == "low"


@pytest.mark.parametrize("query", ["?limit=0", "?limit=201", "?status=lost", "?cursor=nonsense", "?stalled=perhaps"])
def test_a_query_that_is_not_valid_is_422(send, query):
    assert send("GET", f"{LIST}{query}")[0] == 422


def test_a_page_takes_as_many_queries_as_a_line_d_15(send, begin, django_assert_max_num_queries):
    for _ in range(4):
        begin()
    with django_assert_max_num_queries(10):
        send("GET", LIST)


def test_the_detail_has_the_wires_fields(send, begin, record, now):
    journey = begin(at=now)
    record(journey, ("winter-price", "b"))
    receive_artifact(
        journey_id=journey.pk,
        artifact_id=journey.artifacts.get().pk,
        url="https://files.example.test/logo.zip",
        actor=ActorType.CLIENT,
        now=now,
    )
    status, body = send("GET", f"{LIST}/{journey.pk}")
    assert status == 200
    assert (body["journeyId"], body["orderNumber"]) == (str(journey.pk), journey.order.order_number)
    assert set(body["tasks"][0]) == {"id", "slug", "title", "status", "dueAt", "completedAt", "updatedAt"}
    assert [task["status"] for task in body["tasks"]] == ["pending", "completed", "pending"]
    artifact, interaction = body["artifacts"][0], body["interactions"][0]
    assert (artifact["label"], artifact["required"]) == ("Creative files", True)
    assert artifact["url"] == "https://files.example.test/logo.zip"
    assert set(interaction) == {"id", "actor", "channel", "summary", "details", "createdAt", "metadata"}
    assert (interaction["actor"], interaction["channel"]) == ("client", "dashboard")
    assert body["pricingExperiments"][0]["slug"] == "winter-price"


def test_the_detail_names_the_providers_behind_the_order(send, begin, now):
    journey = begin()
    item = journey.order.items.get()
    path = f"{LIST}/{journey.pk}"
    expected = {
        "providerId": "prov-9",
        "providerName": "Acme SMM",
        "orderItems": [{"orderItemId": str(item.pk), "orderItemLabel": "Reels starter"}],
        "guardrailStatus": None,
    }
    assert send("GET", path)[1]["providerAutomation"] == [expected]
    pause_provider(provider_id="prov-9", reason="late", by="alice", now=now)
    assert send("GET", path)[1]["providerAutomation"][0]["guardrailStatus"] == {
        "providerId": "prov-9",
        "providerName": "Acme SMM",
        "isPaused": True,
        "lastAction": "pause",
        "updatedAt": "2026-06-01T12:00:00Z",
        "lastFollowUpId": None,
    }
    resume_provider(provider_id="prov-9", by="alice", now=now + HOUR)
    status = send("GET", path)[1]["providerAutomation"][0]["guardrailStatus"]
    assert (status["isPaused"], status["lastAction"], status["updatedAt"]) == (False, "resume", "2026-06-01T13:00:00Z")


def test_a_journey_that_is_not_there_is_404(send):
    status, body = send("GET", f"{LIST}/{uuid4()}")
    assert (status, body["detail"]) == (404, "Journey not found")
    assert send("GET", f"{LIST}/x")[0] == 422


def test_an_open_task_with_a_due_time_does_not_break_the_detail_d_91(send, begin):
    journey = begin()
    assert journey.tasks.exclude(due_at=None).exists()
    assert send("GET", f"{LIST}/{journey.pk}")[0] == 200


def test_the_detail_names_the_nudges_that_make_sense_now(send, begin):
    journey = begin(at=clock.now() - 30 * HOUR)
    task = journey.tasks.get(slug="intake")
    first = send("GET", f"{LIST}/{journey.pk}")[1]["nudgeOpportunities"][0]
    assert {key: first[key] for key in first if key not in {"slaExpiresAt", "message"}} == {
        "journeyId": str(journey.pk),
        "orderId": str(journey.order_id),
        "orderNumber": journey.order.order_number,
        "taskId": str(task.pk),
        "taskSlug": "intake",
        "reason": "task_idle",
        "dedupeKey": f"{task.pk}:task_idle",
        "idleHours": 30,
        "recommendedChannel": "email",
        "subject": "Your next step: Tell us about your campaign",
    }
    assert first["message"]


def test_a_journey_that_moved_lately_asks_for_no_nudge(send, begin):
    journey = begin(at=clock.now() - HOUR)
    assert send("GET", f"{LIST}/{journey.pk}")[1]["nudgeOpportunities"] == []
