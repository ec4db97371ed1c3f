"""The ingest in the OpenAPI document: what is sent, what is answered, with an example of each."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers

from analytics.rules.offer_event_batch import MAX_EVENTS

TAG: Final = "Analytics"
EVENT_EXAMPLE: Final = {
    "offer_slug": "summer-bundle",
    "event_type": "cta_click",
    "target_slug": "summer-bundle",
    "action": "cta_clicked",
    "cart_total": 49.9,
    "currency": "EUR",
    "event_id": "0192f0c1-2b1e-7c0e-9a55-2f6a0a3b9e11",
    "occurred_at": "2026-02-03T10:11:12.345Z",
}
WEB_EVENT_EXAMPLE: Final = {
    "offerSlug": "summer-bundle",
    "eventType": "impression",
    "cartTotal": 49.9,
    "currency": "EUR",
    "eventId": "0192f0c1-2b1e-7c0e-9a55-2f6a0a3b9e11",
    "occurredAt": "2026-02-03T10:11:12.345Z",
}
ACCEPTED_EXAMPLE: Final = {
    "id": "0192f0c1-2c00-7000-8000-000000000001",
    "status": "accepted",
    "created_at": "2026-02-03T10:11:12.402117Z",
}
BATCH_ANSWER_EXAMPLE: Final = {
    "receipt_id": "0192f0c1-2c00-7000-8000-000000000002",
    "received": 3,
    "accepted": 1,
    "duplicate": 1,
    "quarantined": 1,
    "results": [
        {
            "index": 1,
            "status": "duplicate",
            "code": "duplicate",
            "field": "event_id",
            "message": "An event with this event_id was stored before.",
            "id": "0192f0c1-2c00-7000-8000-000000000001",
        },
        {
            "index": 2,
            "status": "quarantined",
            "code": "missing",
            "field": "event_type",
            "message": "event_type: Field required",
            "id": "0192f0c1-2c00-7000-8000-000000000003",
        },
    ],
}


class OfferEventSent(serializers.Serializer[Any]):
    """One offer event. Unknown members are ignored."""

    offer_slug = serializers.CharField(min_length=1, max_length=255)
    event_type = serializers.CharField(
        min_length=1, max_length=64, help_text="Any; some are known (docs/analytics.md)."
    )
    target_slug = serializers.CharField(min_length=1, max_length=255, required=False, allow_null=True)
    action = serializers.CharField(min_length=1, max_length=64, required=False, allow_null=True)
    cart_total = serializers.FloatField(
        min_value=0,
        required=False,
        allow_null=True,
        help_text="Number or numeric string; rounded to cents, half to even.",
    )
    currency = serializers.CharField(
        min_length=3, max_length=16, required=False, allow_null=True, help_text="Trimmed and stored in capitals."
    )
    order_reference = serializers.CharField(max_length=255, required=False, allow_null=True, allow_blank=True)
    metadata = serializers.DictField(
        required=False, allow_null=True, help_text="At most 16 KiB as compact JSON and 16 levels deep."
    )
    event_id = serializers.UUIDField(
        required=False, allow_null=True, help_text="Your id of the event: sent again it changes nothing."
    )
    occurred_at = serializers.DateTimeField(
        required=False,
        allow_null=True,
        help_text="When it happened, at most 5 minutes ahead and not older than events are kept. Without an offset: UTC.",
    )


class OfferEventSentByWeb(serializers.Serializer[Any]):
    """One offer event in the web tier's camelCase. Members of another type than expected are dropped."""

    offerSlug = serializers.CharField(max_length=255)  # noqa: N815 - the wire's name
    eventType = serializers.CharField(max_length=64)  # noqa: N815
    targetSlug = serializers.CharField(max_length=255, required=False)  # noqa: N815
    action = serializers.CharField(max_length=64, required=False)
    cartTotal = serializers.FloatField(min_value=0, required=False)  # noqa: N815
    currency = serializers.CharField(max_length=16, required=False)
    orderReference = serializers.CharField(max_length=255, required=False)  # noqa: N815
    metadata = serializers.DictField(required=False)
    eventId = serializers.UUIDField(required=False)  # noqa: N815
    occurredAt = serializers.DateTimeField(required=False)  # noqa: N815


class OfferEventAnswer(serializers.Serializer[Any]):
    """The stored event; of a duplicate the first one."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=["accepted", "duplicate"])
    created_at = serializers.DateTimeField()


class EventFateAnswer(serializers.Serializer[Any]):
    """What became of an event that was not accepted."""

    index = serializers.IntegerField(min_value=0, help_text="Its place in the batch, from 0.")
    status = serializers.ChoiceField(choices=["duplicate", "quarantined"])
    code = serializers.CharField()
    field = serializers.CharField(allow_null=True)
    message = serializers.CharField()
    id = serializers.UUIDField(help_text="The first event of the same event_id, or the entry in the quarantine.")


class OfferEventBatchAnswer(serializers.Serializer[Any]):
    """What became of a batch: received = accepted + duplicate + quarantined."""

    receipt_id = serializers.UUIDField()
    received = serializers.IntegerField(min_value=0, max_value=MAX_EVENTS)
    accepted = serializers.IntegerField(min_value=0)
    duplicate = serializers.IntegerField(min_value=0)
    quarantined = serializers.IntegerField(min_value=0)
    results = EventFateAnswer(many=True, help_text="The events that were not accepted.")


def _answers(name: str, value: Any) -> OpenApiExample:
    return OpenApiExample(name, value=value, response_only=True, status_codes=["202"])


def _request(name: str, value: Any, media_type: str = "application/json") -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True, media_type=media_type)


document_one = extend_schema(
    operation_id="record_offer_event",
    tags=[TAG],
    summary="Record one offer event",
    description="Committed when the answer comes. With an `event_id` it is safe to repeat.",
    request=OfferEventSent,
    responses={202: OpenApiResponse(OfferEventAnswer, description="The event is stored.")},
    examples=[
        _request("A click", EVENT_EXAMPLE),
        _answers("Accepted", ACCEPTED_EXAMPLE),
        _answers("Sent before", ACCEPTED_EXAMPLE | {"status": "duplicate"}),
    ],
)
document_batch = extend_schema(
    operation_id="record_offer_events",
    tags=[TAG],
    summary=f"Record up to {MAX_EVENTS:,} offer events",
    description="A JSON array, or NDJSON (`application/x-ndjson` or `text/plain`), at most 1 MiB, gzip welcome. Good events of a bad "
    "batch are stored, bad ones set aside for an operator; one transaction holds them all.",
    request={
        "application/json": OfferEventSent(many=True),
        "application/x-ndjson": {"type": "string"},
        "text/plain": {"type": "string"},
    },
    responses={202: OpenApiResponse(OfferEventBatchAnswer, description="What became of each event.")},
    examples=[
        _request("An array", [EVENT_EXAMPLE]),
        _request("Lines", '{"offer_slug":"summer-bundle","event_type":"impression"}\n', "application/x-ndjson"),
        _answers("One of each", BATCH_ANSWER_EXAMPLE),
    ],
)
document_web = extend_schema(
    operation_id="record_web_offer_events",
    tags=[TAG],
    summary="Record offer events from a browser or a web tier",
    description="An object is one event and answered like one; an array is a batch and answered like one. Takes a publishable key, "
    "also as `?key=`, and `text/plain`, so that a page can send while it closes. Errors carry `error` as well.",
    request={"application/json": OfferEventSentByWeb, "text/plain": {"type": "string"}},
    responses={
        202: OpenApiResponse(
            {
                "oneOf": [
                    {"$ref": "#/components/schemas/OfferEventAnswer"},
                    {"$ref": "#/components/schemas/OfferEventBatchAnswer"},
                ]
            },
            description="As for one event, or as for a batch.",
        )
    },
    examples=[
        _request("An impression", WEB_EVENT_EXAMPLE),
        _answers("One event", ACCEPTED_EXAMPLE),
        _answers("A batch", BATCH_ANSWER_EXAMPLE),
    ],
)
