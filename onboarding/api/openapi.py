"""What the OpenAPI document says about onboarding, with examples."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter

from checkout.api.openapi import ID as ORDER
from checkout.api.openapi import ORDER_ID, described
from onboarding.api.serializers import (
    ConversionsQuery,
    ExperimentEventsQuery,
    ExperimentsInput,
    JourneyListQuery,
    NudgeInput,
    ReferralInput,
    StartInput,
    ToggleInput,
)

TAG: Final = "onboarding"
REPORTS: Final = "reports"
JOURNEY_ID: Final = "4b7dc5a2-5a77-4f0e-9a55-2f6a0a3b9e11"
TASK_ID: Final = "e0abc5a2-5a77-4f0e-9a55-2f6a0a3b9e11"
CURSOR: Final = "MjAyNi0wMi0wM1QxMDoxMTowMCswMDowMCA0YjdkYzVhMi01YTc3LTRmMGUtOWE1NS0yZjZhMGEzYjllMTE"
TASK: Final = {
    "id": TASK_ID,
    "slug": "assets",
    "title": "Hand in your files and access",
    "description": "Pictures, texts and logos as links, and access to the accounts we work with.",
    "status": "pending",
    "sort_order": 2,
    "due_at": "2026-02-07T10:11:12Z",
    "completed_at": None,
}
JOURNEY: Final = {
    "id": JOURNEY_ID,
    "order_id": ORDER_ID,
    "status": "active",
    "progress_percentage": 33.33,
    "referral_code": "SMPLAT-9C01AB",
    "started_at": "2026-02-03T10:11:12.345678Z",
    "completed_at": None,
    "tasks": [TASK],
}
START: Final = {
    "referralCode": "SMPLAT-9C01AB",
    "offer": {"slug": "stories-pack"},
    "addons": [{"id": "b1", "label": "Priority"}],
    "support": {"channel": "email"},
    "platformContexts": [
        {"id": "instagram::@demo", "label": "Instagram demo", "handle": "@demo", "platformType": "instagram"}
    ],
}
SENT_EXPERIMENT: Final = {
    "slug": "winter-price",
    "variantKey": "b",
    "variantName": "Lower entry",
    "isControl": False,
    "assignmentStrategy": "sequential",
    "status": "running",
    "featureFlagKey": "pricing_lab",
}
EXPERIMENT: Final = {**SENT_EXPERIMENT, "recordedAt": "2026-02-01T08:00:05.1Z"}
HEAD: Final = {
    "journeyId": JOURNEY_ID,
    "orderId": ORDER_ID,
    "orderNumber": "SM000042",
    "status": "active",
    "riskLevel": "medium",
    "riskReasons": ["silent-36h"],
    "progressPercentage": 33.33,
    "referralCode": None,
    "startedAt": "2026-02-01T08:00:00Z",
    "updatedAt": "2026-02-01T09:30:00Z",
}
JOURNEYS: Final = {
    "summaries": [
        {
            **HEAD,
            "lastInteractionAt": "2026-02-01T09:30:00Z",
            "totalTasks": 3,
            "completedTasks": 1,
            "overdueTasks": 0,
            "awaitingArtifacts": 1,
            "pricingExperiments": [EXPERIMENT],
        }
    ],
    "aggregates": {"total": 12, "active": 7, "stalled": 1, "completed": 4, "withReferrals": 5},
    "nextCursor": CURSOR,
}
DETAIL: Final[dict[str, Any]] = {
    **HEAD,
    "tasks": [
        {
            "id": TASK_ID,
            "slug": "assets",
            "title": "Hand in your files and access",
            "status": "pending",
            "dueAt": None,
            "completedAt": None,
            "updatedAt": "2026-02-01T08:00:00Z",
        }
    ],
    "artifacts": [
        {
            "id": "a1abc5a2-5a77-4f0e-9a55-2f6a0a3b9e11",
            "label": "Creative files",
            "required": True,
            "receivedAt": None,
            "url": None,
        }
    ],
    "interactions": [
        {
            "id": "77abc5a2-5a77-4f0e-9a55-2f6a0a3b9e11",
            "actor": "client",
            "channel": "dashboard",
            "summary": "Completed: Tell us about your campaign",
            "details": None,
            "createdAt": "2026-02-01T09:30:00Z",
            "metadata": None,
        }
    ],
    "nudgeOpportunities": [
        {
            "journeyId": JOURNEY_ID,
            "orderId": ORDER_ID,
            "orderNumber": "SM000042",
            "taskId": TASK_ID,
            "taskSlug": "assets",
            "reason": "task_idle",
            "dedupeKey": f"{TASK_ID}:task_idle",
            "idleHours": 50,
            "recommendedChannel": "email",
            "slaExpiresAt": "2026-02-04T10:00:00Z",
            "subject": "Your next step: Hand in your files and access",
            "message": "“Hand in your files and access” is the next step of your order SM000042, and it waits for you.",
        }
    ],
    "pricingExperiments": [EXPERIMENT],
    "providerAutomation": [
        {
            "providerId": "prov-9",
            "providerName": "Acme SMM",
            "orderItems": [{"orderItemId": "abcdc5a2-5a77-4f0e-9a55-2f6a0a3b9e11", "orderItemLabel": "Reels starter"}],
            "guardrailStatus": None,
        }
    ],
}
NUDGE: Final = {
    "channel": "email",
    "subject": "Your brief",
    "message": "We still need your brief.",
    "taskId": TASK_ID,
    "triggeredBy": "ops@example.test",
}
SEGMENTS: Final = {
    "events": [
        {
            "eventId": "e100c5a2-5a77-4f0e-9a55-2f6a0a3b9e11",
            "journeyId": JOURNEY_ID,
            "orderId": ORDER_ID,
            "orderNumber": "SM000042",
            **EXPERIMENT,
            "orderTotal": 149.0,
            "orderCurrency": "EUR",
            "loyaltyProjectionPoints": 298,
        }
    ],
    "nextCursor": None,
}
CONVERSIONS: Final = {
    "metrics": [
        {
            "slug": "winter-price",
            "orderCount": 5,
            "journeyCount": 5,
            "orderTotal": 812.5,
            "orderCurrency": "EUR",
            "loyaltyPoints": 1600,
            "lastActivity": "2026-02-03T10:11:12.345678Z",
            "totals": [
                {"currency": "EUR", "orderCount": 4, "orderTotal": 812.5},
                {"currency": "USD", "orderCount": 1, "orderTotal": 149.0},
            ],
        }
    ],
    "nextCursor": None,
    "cursor": "2026-02-03T12:00:00Z",
    "knownAt": "2026-02-03T12:00:00Z",
    "sliceCursor": "2026-02-03T12:00:00Z~745.3.1",
}
EVENT_INPUT: Final = {
    "type": "object",
    "required": ["eventType", "orderId"],
    "properties": {
        "eventType": {
            "type": "string",
            "enum": ["journey_started", "checklist_update", "referral_copied", "pricing_experiment_segment"],
        },
        "orderId": {"type": "string", "format": "uuid"},
        "taskId": {"type": "string", "format": "uuid", "description": "With completed, for checklist_update."},
        "completed": {"type": "boolean"},
        "referralCode": {"type": "string", "description": "For referral_copied and journey_started."},
        "experiments": {"type": "array", "items": {"type": "object"}, "description": "For pricing_experiment_segment."},
    },
}
EVENT: Final = {"eventType": "checklist_update", "orderId": ORDER_ID, "taskId": TASK_ID, "completed": True}
ACCEPTED: Final = {"status": "accepted"}


def _id(name: str) -> list[OpenApiParameter]:
    return [OpenApiParameter(name, {"type": "string", "format": "uuid"}, OpenApiParameter.PATH)]


get_journey = described(
    operation="get_journey", tag=TAG, summary="Read an order's onboarding journey", example=JOURNEY, parameters=ORDER
)
start_journey = described(
    operation="start_journey", tag=TAG, summary="Begin an order's onboarding, or tell more about it",
    request=StartInput, sent=START, example=JOURNEY, parameters=ORDER,
)  # fmt: skip
toggle_task = described(
    operation="toggle_journey_task", tag=TAG, summary="Complete a task or reopen it", request=ToggleInput,
    sent={"completed": True, "actor": "client"}, example=TASK, parameters=[*ORDER, *_id("task_id")],
)  # fmt: skip
record_referral = described(
    operation="record_referral_copy", tag=TAG, summary="Record that the referral code was copied",
    request=ReferralInput, sent={"referral_code": "SMPLAT-9C01AB"}, example=ACCEPTED, status=202, parameters=ORDER,
)  # fmt: skip
record_experiments = described(
    operation="record_pricing_experiments", tag=TAG, summary="Record the pricing experiments that an order took part in",
    request=ExperimentsInput, sent={"experiments": [SENT_EXPERIMENT]}, example=ACCEPTED, status=202, parameters=ORDER,
)  # fmt: skip
list_journeys = described(
    operation="list_journeys", tag=TAG, summary="List journeys for operators, newest first", example=JOURNEYS,
    parameters=[JourneyListQuery],
)  # fmt: skip
get_journey_detail = described(
    operation="get_journey_detail", tag=TAG, summary="Read a journey for operators", example=DETAIL,
    parameters=_id("journey_id"),
)  # fmt: skip
send_nudge = described(
    operation="send_manual_nudge", tag=TAG, summary="Remind a client in your own words", request=NudgeInput,
    sent=NUDGE, example={"status": "sent"}, status=202, parameters=_id("journey_id"),
)  # fmt: skip
list_experiment_events = described(
    operation="list_experiment_events", tag=REPORTS, summary="List records of pricing experiments, newest first",
    example=SEGMENTS, parameters=[ExperimentEventsQuery],
)  # fmt: skip
list_experiment_conversions = described(
    operation="list_experiment_conversions", tag=REPORTS,
    summary="What pricing experiments brought in: live, or as known at a moment", example=CONVERSIONS,
    parameters=[ConversionsQuery],
)  # fmt: skip
get_web_journey = described(
    operation="get_web_journey", tag=TAG,
    summary="Read an order's onboarding journey, from the customer's browser or a web tier", example=JOURNEY,
    parameters=ORDER,
)  # fmt: skip
record_onboarding_event = described(
    operation="record_onboarding_event", tag=TAG,
    summary="Report what happens on the success page, from the customer's browser or a web tier",
    request={"application/json": EVENT_INPUT}, sent=EVENT, example={"status": "ok", "task": TASK},
)  # fmt: skip
