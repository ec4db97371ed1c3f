"""What the OpenAPI document says about orders and checkouts, with examples."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from checkout.api.serializers import OrderInput, OrderListQuery, StageEventInput, StatusInput

ORDER_ID: Final = "9c01c5a2-5a77-4f0e-9a55-2f6a0a3b9e11"
ORDER: Final[dict[str, Any]] = {
    "id": ORDER_ID,
    "order_number": "SM000042",
    "user_id": None,
    "status": "pending",
    "source": "checkout",
    "subtotal": 149.0,
    "tax": 0.0,
    "total": 149.0,
    "currency": "EUR",
    "loyalty_projection_points": 298,
    "notes": None,
    "receipt_storage_key": None,
    "receipt_storage_url": None,
    "receipt_storage_uploaded_at": None,
    "created_at": "2026-02-03T10:00:00Z",
    "updated_at": "2026-02-03T10:00:00Z",
    "items": [],
    "providerOrders": [],
}
NEW_ORDER: Final = {
    "items": [
        {
            "product_id": "6f0ec5a2-5a77-4f0e-9a55-2f6a0a3b9e11",
            "product_title": "Reels starter",
            "quantity": 1,
            "unit_price": "149.00",
            "total_price": "149.00",
        }
    ],
    "currency": "EUR",
    "customer": {"email": "ada@example.test", "locale": "en-GB", "timeZone": "Europe/London"},
}
TOKEN: Final = {"customerToken": "WyI5YzAx…"}
STATE_EVENT: Final = {
    "id": "51c0c5a2-5a77-4f0e-9a55-2f6a0a3b9e11",
    "eventType": "state_change",
    "actorType": "operator",
    "actorId": None,
    "actorLabel": "Ops desk",
    "fromStatus": "pending",
    "toStatus": "processing",
    "notes": "picked up",
    "metadata": {"ticket": "T-9"},
    "createdAt": "2026-02-03T11:00:00Z",
}
PROGRESS: Final = {
    "order_id": ORDER_ID,
    "order_status": "processing",
    "total_tasks": 4,
    "completed_tasks": 0,
    "failed_tasks": 0,
    "in_progress_tasks": 1,
    "progress_percentage": 0.0,
    "items_count": 4,
}
CHECKOUT: Final = {
    "orderId": ORDER_ID,
    "currentStage": "verification",
    "status": "waiting",
    "startedAt": "2026-02-03T10:00:00Z",
    "completedAt": None,
    "failedAt": None,
    "nextActionAt": "2026-02-03T16:00:00Z",
    "metadata": {"attempt": 1},
    "events": [
        {
            "stage": "payment",
            "status": "completed",
            "note": "card ok",
            "payload": {},
            "createdAt": "2026-02-03T10:01:00Z",
        }
    ],
}
STAGE_EVENT: Final = {
    "stage": "verification",
    "status": "waiting",
    "note": "KYC",
    "payload": {"ref": "k-1"},
    "nextActionAt": "2026-02-03T16:00:00Z",
}
STATUS: Final = {"status": "processing", "notes": "picked up", "actorType": "operator", "actorLabel": "Ops desk"}
View = TypeVar("View", bound=Callable[..., Any])
OBJECT: Final = {"type": "object"}
OBJECTS: Final = {"type": "array", "items": OBJECT}


def described(
    *,
    operation: str,
    tag: str,
    summary: str,
    example: Any,
    status: int = 200,
    request: Any = None,
    sent: Any = None,
    parameters: Any = None,
) -> Callable[[View], View]:
    """One operation: its name, what is sent and what comes back."""
    many = isinstance(example, list)
    examples = [OpenApiExample("answer", value=example, response_only=True, status_codes=[str(status)])]
    if sent is not None:
        examples.append(OpenApiExample("request", value=sent, request_only=True))
    describe: Callable[[View], View] = extend_schema(
        operation_id=operation,
        tags=[tag],
        summary=summary,
        request=request,
        responses={status: OpenApiResponse(OBJECTS if many else OBJECT, description=summary)},
        parameters=parameters,
        examples=examples,
    )
    return describe


USER_ID: Final = [OpenApiParameter("user_id", {"type": "string", "format": "uuid"}, OpenApiParameter.PATH)]
ID: Final = [OpenApiParameter("order_id", {"type": "string", "format": "uuid"}, OpenApiParameter.PATH)]
create_order = described(
    operation="create_order", tag="orders", summary="Place an order", request=OrderInput, sent=NEW_ORDER,
    example=ORDER | TOKEN, status=201,
)  # fmt: skip
list_orders = described(
    operation="list_orders", tag="orders", summary="List orders, newest first", example=[ORDER],
    parameters=[OrderListQuery],
)  # fmt: skip
list_orders_of_user = described(
    operation="list_orders_of_user", tag="orders", summary="List one customer's orders", example=[ORDER],
    parameters=[*USER_ID, OrderListQuery],
)  # fmt: skip
get_order = described(operation="get_order", tag="orders", summary="Read an order", example=ORDER, parameters=ID)
change_status = described(
    operation="change_order_status", tag="orders", summary="Change an order's status", request=StatusInput, sent=STATUS,
    example=ORDER | {"status": "processing"}, parameters=ID,
)  # fmt: skip
list_state_events = described(
    operation="list_state_events", tag="orders", summary="Read an order's log, newest first", example=[STATE_EVENT],
    parameters=ID,
)  # fmt: skip
get_progress = described(
    operation="get_order_progress", tag="orders", summary="Read how far an order is", example=PROGRESS, parameters=ID
)
mint_token = described(
    operation="mint_customer_token", tag="orders", summary="Mint a token with which a browser reads one order",
    example=TOKEN, status=201, parameters=ID,
)  # fmt: skip
get_checkout = described(
    operation="get_orchestration",
    tag="checkout",
    summary="Read where a checkout stands",
    example=CHECKOUT,
    parameters=ID,
)
get_web_checkout = described(
    operation="get_web_orchestration",
    tag="checkout",
    summary="Read where a checkout stands, from the customer's browser or a web tier",
    example=CHECKOUT,
    parameters=ID,
)
record_stage_event = described(
    operation="record_stage_event", tag="checkout", summary="Report how a stage is doing", request=StageEventInput,
    sent=STAGE_EVENT, example=CHECKOUT, parameters=ID,
)  # fmt: skip
