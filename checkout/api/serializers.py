"""What the order and checkout endpoints accept. Source: contract 4.5, 4.8 and the additions in contract/README.md 11."""

from datetime import UTC, datetime

from django.core.validators import MaxValueValidator
from rest_framework import serializers

from checkout.states import Stage, StageStatus
from smplat.api.inputs import Input
from smplat.time_zones import time_zone_names

MAX_ITEMS = 200
MAX_QUANTITY = 1_000_000
# Later is a typing error, and what is added to it must still be a moment.
NOT_TOO_FAR = MaxValueValidator(datetime(2200, 1, 1, tzinfo=UTC))


class CustomerInput(Input):
    """Who orders; without an address a stalled checkout can only be escalated."""

    email = serializers.EmailField(max_length=254, required=False, allow_null=True)
    name = serializers.CharField(max_length=255, required=False, allow_null=True, allow_blank=True)
    locale = serializers.RegexField(
        r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35, required=False, allow_null=True
    )
    timeZone = serializers.CharField(max_length=64, required=False, allow_null=True)  # noqa: N815 - the wire's name

    def validate_timeZone(self, value: str | None) -> str | None:  # noqa: N802 - named after its field
        """An IANA name."""
        if value and value not in time_zone_names():
            raise serializers.ValidationError("Use an IANA time zone such as Europe/Madrid.")
        return value


class OrderItemInput(Input):
    """One line as the client states it."""

    product_id = serializers.UUIDField()
    product_title = serializers.CharField(max_length=255)
    quantity = serializers.IntegerField(min_value=1, max_value=MAX_QUANTITY, default=1)
    unit_price = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=0)
    total_price = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=0)
    selected_options = serializers.DictField(required=False, allow_null=True)
    attributes = serializers.DictField(required=False, allow_null=True)
    platform_context = serializers.DictField(required=False, allow_null=True)


class OrderInput(Input):
    """A new order."""

    items = serializers.ListField(child=OrderItemInput(), allow_empty=False, max_length=MAX_ITEMS)
    currency = serializers.CharField(max_length=16, default="EUR")
    source = serializers.CharField(max_length=32, default="checkout")  # type: ignore[assignment] # a field named as Field.source
    user_id = serializers.UUIDField(required=False, allow_null=True)
    notes = serializers.CharField(max_length=10_000, required=False, allow_null=True, allow_blank=True)
    loyalty_projection_points = serializers.IntegerField(
        min_value=-(2**31), max_value=2**31 - 1, required=False, allow_null=True
    )
    customer = CustomerInput(required=False, allow_null=True)
    occurredAt = serializers.DateTimeField(required=False, allow_null=True)  # noqa: N815


class StatusInput(Input):
    """A change of status."""

    status = serializers.CharField(max_length=64)
    notes = serializers.CharField(max_length=10_000, required=False, allow_null=True, allow_blank=True)
    metadata = serializers.DictField(required=False, allow_null=True)
    actorType = serializers.CharField(max_length=64, required=False, allow_null=True, default="operator")  # noqa: N815
    actorId = serializers.CharField(max_length=255, required=False, allow_null=True, allow_blank=True)  # noqa: N815
    actorLabel = serializers.CharField(max_length=255, required=False, allow_null=True, allow_blank=True)  # noqa: N815
    occurredAt = serializers.DateTimeField(required=False, allow_null=True)  # noqa: N815


class StageEventInput(Input):
    """A stage reports how it is doing. camelCase or snake_case, as existing clients send either."""

    stage = serializers.ChoiceField(choices=Stage.choices)
    status = serializers.ChoiceField(choices=StageStatus.choices)
    note = serializers.CharField(max_length=10_000, required=False, allow_null=True, allow_blank=True)
    payload = serializers.DictField(required=False, allow_null=True)
    nextActionAt = serializers.DateTimeField(required=False, allow_null=True, validators=[NOT_TOO_FAR])  # noqa: N815
    next_action_at = serializers.DateTimeField(required=False, allow_null=True, validators=[NOT_TOO_FAR])
    metadataPatch = serializers.DictField(required=False, allow_null=True)  # noqa: N815
    metadata_patch = serializers.DictField(required=False, allow_null=True)
    occurredAt = serializers.DateTimeField(required=False, allow_null=True)  # noqa: N815


class OrderListQuery(Input):
    """How to page through orders: by cursor (from the Link header) or, as before, by skip."""

    skip = serializers.IntegerField(min_value=0, max_value=10_000, default=0)
    limit = serializers.IntegerField(min_value=1, max_value=200, default=50)
    cursor = serializers.CharField(max_length=200, required=False)
    status_filter = serializers.CharField(max_length=64, required=False)
