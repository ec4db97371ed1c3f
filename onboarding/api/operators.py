"""Journeys over HTTP, for operators' tools (contract 3.9 to 3.11)."""

from django.http import HttpResponse
from rest_framework.request import Request

from onboarding.actions.send_manual_nudge import ManualNudge, send_manual_nudge
from onboarding.api import openapi
from onboarding.api.operator_rendering import counts_body, detail_body, summary_body
from onboarding.api.parsing import parse_filter
from onboarding.api.serializers import JourneyListQuery, NudgeInput
from onboarding.errors import JourneyNotFound, TaskNotFound, UnsupportedChannel
from onboarding.queries.journey_detail import get_detail
from onboarding.queries.journeys import count_journeys, list_journeys
from smplat import clock
from smplat.api.errors import ValidationFailed
from smplat.api.idempotency import receipt_for
from smplat.api.inputs import parse_id, read_input
from smplat.api.pagination import decode_cursor, encode_cursor, next_link
from smplat.api.responses import answer
from smplat.api.scopes import Scope
from smplat.api.views import ApiView


class JourneysView(ApiView):
    """All journeys, newest first."""

    scopes = {"GET": Scope.JOURNEYS_READ}
    refusals = {"GET": (ValidationFailed,)}

    @openapi.list_journeys
    def get(self, request: Request) -> HttpResponse:
        """One page of those that the filters name, and counts over all."""
        sent = request.query_params
        statuses = {"status": sent.getlist("status")} if "status" in sent else {}
        query = read_input(JourneyListQuery, {**sent.dict(), **statuses}, source="query")
        found = list_journeys(
            wanted=parse_filter(query),
            after=decode_cursor(query["cursor"]) if "cursor" in query else None,
            # One more than the page, to know whether another follows.
            limit=query["limit"] + 1,
            now=clock.now(),
        )
        page = found[: query["limit"]]
        last = page[-1] if len(found) > len(page) else None
        cursor = encode_cursor(moment=last.started_at, row_id=last.journey_id) if last and last.started_at else None
        body = {
            "summaries": [summary_body(summary) for summary in page],
            "aggregates": counts_body(count_journeys()),
            "nextCursor": cursor,
        }
        headers = next_link(request._request, cursor=cursor) if cursor else {}  # noqa: SLF001 - the plain request builds the URL
        return answer(body, headers=headers)


class JourneyDetailView(ApiView):
    """One journey."""

    scopes = {"GET": Scope.JOURNEYS_READ}
    refusals = {"GET": (JourneyNotFound,)}

    @openapi.get_journey_detail
    def get(self, request: Request, journey_id: str) -> HttpResponse:  # noqa: ARG002
        """With its tasks, artifacts, newest interactions, experiments and providers."""
        return answer(detail_body(get_detail(parse_id(journey_id, name="journey_id"), now=clock.now())))


class ManualNudgeView(ApiView):
    """Reminders that a person writes."""

    scopes = {"POST": Scope.JOURNEYS_WRITE}
    refusals = {"POST": (UnsupportedChannel, JourneyNotFound, TaskNotFound)}

    @openapi.send_nudge
    def post(self, request: Request, journey_id: str) -> HttpResponse:
        """Send one: `sent` when an email leaves now, else `queued`."""
        journey = parse_id(journey_id, name="journey_id")
        value = read_input(NudgeInput, self.json_body())
        nudge = send_manual_nudge(
            journey_id=journey,
            task_id=value.get("taskId"),
            channel=value["channel"],
            subject=value["subject"],
            message=value["message"],
            triggered_by=value["triggeredBy"],
            now=clock.now(),
            receipt=receipt_for(request, render=_nudged),
        )
        return _nudged(nudge)


def _nudged(nudge: ManualNudge) -> HttpResponse:
    return answer({"status": nudge.status}, status=202)
