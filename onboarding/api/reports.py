"""Reports about pricing experiments over HTTP (contract 3.12, 3.13)."""

from django.http import HttpResponse
from rest_framework.request import Request

from onboarding.api import openapi
from onboarding.api.cursors import (
    ConversionsPage,
    EventsPage,
    read_conversion_cursor,
    read_events_cursor,
    write_conversion_cursor,
)
from onboarding.api.operator_rendering import conversion_body, segment_body
from onboarding.api.serializers import ConversionsQuery, ExperimentEventsQuery
from onboarding.queries.experiments import list_conversions, list_segments
from onboarding.rules.conversions import page_after_slug
from onboarding.slices import slice_of
from smplat import clock
from smplat.api.errors import ValidationFailed
from smplat.api.inputs import read_input
from smplat.api.pagination import encode_cursor
from smplat.api.responses import answer
from smplat.api.scopes import Scope
from smplat.api.views import ApiView
from smplat.snapshots import take_snapshot


class ExperimentEventsView(ApiView):
    """Records of experiments."""

    scopes = {"GET": Scope.REPORTS_READ}
    refusals = {"GET": (ValidationFailed,)}

    @openapi.list_experiment_events
    def get(self, request: Request) -> HttpResponse:
        """Newest first, one row for each experiment of an event; pages lose no sibling."""
        query = read_input(ExperimentEventsQuery, request.query_params.dict(), source="query")
        place = read_events_cursor(query["cursor"]) if "cursor" in query else EventsPage(take_snapshot())
        found = list_segments(snapshot=place.snapshot, after=place.after, before=place.before, limit=query["limit"] + 1)
        page = found[: query["limit"]]
        last = page[-1] if len(found) > len(page) else None
        # The pages that follow are of the same snapshot: what is committed meanwhile moves nobody.
        cursor = f"{encode_cursor(moment=last.recorded_at, row_id=last.pk)}~{place.snapshot}" if last else None
        return answer({"events": [segment_body(segment) for segment in page], "nextCursor": cursor})


class ExperimentConversionsView(ApiView):
    """What experiments brought in."""

    scopes = {"GET": Scope.REPORTS_READ}
    refusals = {"GET": (ValidationFailed,)}

    @openapi.list_experiment_conversions
    def get(self, request: Request) -> HttpResponse:
        """Best first, each order once: live, or exactly as known at a moment, even when that was nothing."""
        query = read_input(ConversionsQuery, request.query_params.dict(), source="query")
        sent, now = query.get("cursor"), clock.now()
        place = read_conversion_cursor(sent, now=now) if sent is not None else ConversionsPage(slice_of(now))
        ranking = list_conversions(place.slice)
        rest = page_after_slug(ranking, place.after_slug) if place.after_slug else ranking
        page = rest[: query["limit"]]
        following = ConversionsPage(place.slice, page[-1].slug) if len(rest) > len(page) else None
        return answer(
            {
                "metrics": [conversion_body(conversion) for conversion in page],
                "nextCursor": write_conversion_cursor(following) if following else None,
                "cursor": sent,
                "knownAt": place.slice.known_at,
                "sliceCursor": str(place.slice),
            }
        )
