"""GET /api/v1/analytics/preset-events."""

import re
from datetime import UTC
from typing import ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request

from analytics.api.preset_answer import EXAMPLE, PresetEventsAnswer
from analytics.api.preset_rendering import render_report
from analytics.queries.preset_counts import list_preset_counts
from analytics.rules.preset_statistics import build_preset_report, find_first_day
from smplat import clock
from smplat.api.errors import Detail, ValidationFailed
from smplat.api.responses import answer
from smplat.api.scopes import Scope
from smplat.api.views import ApiView

DEFAULT_WINDOW_DAYS = 30
MAX_WINDOW_DAYS = 90
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]+")


class PresetEventsView(ApiView):
    """What visitors did with presets, day by day and preset by preset."""

    scopes: ClassVar = {"GET": Scope.EVENTS_READ}
    refusals: ClassVar = {"GET": (ValidationFailed,)}

    @extend_schema(
        operation_id="preset_events",
        tags=["analytics"],
        parameters=[
            OpenApiParameter(
                "window_days",
                {"type": "integer", "minimum": 1, "maximum": MAX_WINDOW_DAYS, "default": DEFAULT_WINDOW_DAYS},
                description="How many days (UTC) the answer covers, today included.",
            ),
        ],
        responses={200: OpenApiResponse(PresetEventsAnswer, description="Computed now; nothing is stored.")},
        examples=[OpenApiExample("one day", value=EXAMPLE, response_only=True)],
    )
    def get(self, request: Request) -> HttpResponse:
        """Counts, trends and risky presets. Only events with a `metadata.presetId` count; days are days in UTC."""
        window_days = read_window_days(request.query_params.get("window_days"))
        today = clock.now().astimezone(UTC).date()
        counts = list_preset_counts(since=find_first_day(today=today, window_days=window_days))
        return answer(render_report(build_preset_report(counts, today=today, window_days=window_days)))


def read_window_days(text: str | None) -> int:
    """The asked number of days.

    Raises:
        ValidationFailed: it is not a whole number from 1 to 90.
    """
    if text is None:
        return DEFAULT_WINDOW_DAYS
    if not _WHOLE_NUMBER.fullmatch(text.strip()):
        raise _refused(text, "int_parsing", "Input should be a valid integer, unable to parse string as an integer")
    # Beyond so many digits only the sign matters.
    days = int(text.strip()[:20])
    if days < 1:
        raise _refused(text, "greater_than_equal", "Input should be greater than or equal to 1", ge=1)
    if days > MAX_WINDOW_DAYS:
        message = f"Input should be less than or equal to {MAX_WINDOW_DAYS}"
        raise _refused(text, "less_than_equal", message, le=MAX_WINDOW_DAYS)
    return days


def _refused(text: str, kind: str, message: str, **bound: int) -> ValidationFailed:
    more = {"input": text, **({"ctx": bound} if bound else {})}
    return ValidationFailed([Detail(type=kind, loc=("query", "window_days"), msg=message, more=more)])
