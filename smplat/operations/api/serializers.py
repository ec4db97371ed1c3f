"""What the switches API reads and answers."""

from typing import Any

from rest_framework import serializers

from smplat.api.errors import Detail, ValidationFailed
from smplat.operations.switches import Position

REASON_MAX_LENGTH = 500
# DRF's codes and what the wire calls them; anything else is a value_error.
_WIRE_TYPES = {"required": "missing", "blank": "string_too_short", "max_length": "string_too_long"}


class FlipRequest(serializers.Serializer[Any]):
    on = serializers.BooleanField(help_text="Whether what the switch stops shall run.")
    reason = serializers.CharField(max_length=REASON_MAX_LENGTH, help_text="Kept in the history, beside the client.")
    expires_at = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="From then on the opposite holds again."
    )


class SwitchAnswer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    stops = serializers.CharField(help_text="What to expect while it is off.")
    on = serializers.BooleanField()
    reason = serializers.CharField(allow_null=True)
    changed_by = serializers.CharField(allow_null=True)
    changed_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)


class SwitchListAnswer(serializers.Serializer[Any]):
    switches = SwitchAnswer(many=True)


def read_flip(body: Any) -> dict[str, Any]:
    """The checked fields of a flip.

    Raises:
        ValidationFailed: names every field that is not acceptable.
    """
    if not isinstance(body, dict):
        raise ValidationFailed([Detail(type="dict_type", loc=("body",), msg="The body must be an object.")])
    request = FlipRequest(data=body)
    if not request.is_valid():
        raise ValidationFailed(
            [
                Detail(type=_WIRE_TYPES.get(error.code, "value_error"), loc=("body", field), msg=str(error))
                for field, errors in request.errors.items()
                for error in errors
            ]
        )
    return dict(request.validated_data)


def render_position(position: Position) -> dict[str, Any]:
    """One switch as it goes out; the flip is told only while it holds."""
    flip = None if position.is_expired else position.flip
    return {
        "name": position.switch.name,
        "title": position.switch.title,
        "stops": position.switch.stops,
        "on": position.is_on,
        "reason": flip.reason if flip else None,
        "changed_by": flip.changed_by if flip else None,
        "changed_at": flip.changed_at if flip else None,
        "expires_at": flip.expires_at if flip else None,
    }
