"""Notification preferences over REST."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from smplat import clock
from smplat.api.responses import answer
from smplat.api.scopes import Scope
from smplat.api.views import ApiView
from smplat.outbox.actions.change_preferences import change_preferences
from smplat.outbox.api.parsing import LAST_SELECTED, parse_preferences, parse_recipient_id
from smplat.outbox.choices import Category, ChangeSource
from smplat.outbox.models import Preference
from smplat.outbox.queries import get_preference


class PreferencesSerializer(serializers.Serializer[Preference]):
    """The wire form, for the OpenAPI document."""

    order_updates = serializers.BooleanField()
    payment_updates = serializers.BooleanField()
    fulfillment_alerts = serializers.BooleanField()
    marketing_messages = serializers.BooleanField()
    billing_alerts = serializers.BooleanField()
    onboarding = serializers.BooleanField()
    last_selected_order_id = serializers.UUIDField(allow_null=True)


DEFAULTS = {category.value: category is not Category.MARKETING_MESSAGES for category in Category}
USER_ID = OpenApiParameter("user_id", type=OpenApiTypes.UUID, location=OpenApiParameter.PATH)


class PreferencesView(ApiView):
    """What one customer wants to be told."""

    scopes: ClassVar[Mapping[str, Scope | None]] = {"GET": Scope.PREFERENCES_READ, "PATCH": Scope.PREFERENCES_WRITE}

    @extend_schema(
        operation_id="get_notification_preferences",
        tags=["Notifications"],
        summary="Read a customer's notification preferences",
        description="Answers the defaults for a customer who never chose. Reading writes nothing.",
        parameters=[USER_ID],
        responses=PreferencesSerializer,
        examples=[OpenApiExample("Defaults", value=DEFAULTS | {LAST_SELECTED: None}, response_only=True)],
    )
    def get(self, request: Request, user_id: str) -> HttpResponse:  # noqa: ARG002 - DRF's signature
        """Answer the preferences."""
        return answer(_as_json(get_preference(parse_recipient_id(user_id))))

    @extend_schema(
        operation_id="change_notification_preferences",
        tags=["Notifications"],
        summary="Change a customer's notification preferences",
        description="Any subset of the members. null leaves a flag unchanged and clears last_selected_order_id. "
        "Repeating a change changes nothing.",
        parameters=[USER_ID],
        request=PreferencesSerializer(partial=True),
        responses=PreferencesSerializer,
        examples=[
            OpenApiExample("No more order updates", value={"order_updates": False}, request_only=True),
            OpenApiExample(
                "After the change", value=DEFAULTS | {"order_updates": False, LAST_SELECTED: None}, response_only=True
            ),
        ],
    )
    def patch(self, request: Request, user_id: str) -> HttpResponse:  # noqa: ARG002 - DRF's signature
        """Change them and answer the result."""
        change = parse_preferences(self.json_body())
        preference = change_preferences(
            recipient_id=parse_recipient_id(user_id),
            wants=change.wants,
            last_selected_order_id=change.last_selected_order_id,
            source=ChangeSource.API,
            now=clock.now(),
        )
        return answer(_as_json(preference))


def _as_json(preference: Preference) -> dict[str, Any]:
    flags: dict[str, Any] = {category.value: preference.allows(category) for category in Category}
    return flags | {LAST_SELECTED: preference.last_selected_order_id}
