"""Switches over HTTP, for whoever automates the first minutes of an incident."""

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.request import Request

from smplat import clock
from smplat.api.idempotency import receipt_for
from smplat.api.responses import answer
from smplat.api.scopes import Scope
from smplat.api.views import ApiView
from smplat.operations import switches
from smplat.operations.actions.flip_switch import ExpiryPassed, Flipped, ReasonMissing, SwitchUnchanged, flip_switch
from smplat.operations.api.serializers import (
    FlipRequest,
    SwitchAnswer,
    SwitchListAnswer,
    read_flip,
    render_position,
)
from smplat.operations.models import SwitchState
from smplat.operations.switches import UnknownSwitch

OFF_EXAMPLE = {
    "name": "analytics.ingest",
    "title": "Offer event ingest",
    "stops": "Offer events are refused with 503; storefronts keep them and send them again.",
    "on": False,
    "reason": "the events table is being repaired",
    "changed_by": "client:pager",
    "changed_at": "2026-02-03T09:00:00Z",
    "expires_at": "2026-02-03T10:00:00Z",
}


class SwitchesView(ApiView):
    """Every switch and how it stands."""

    scopes = {"GET": Scope.SWITCHES_WRITE}

    @extend_schema(
        operation_id="list_switches",
        tags=["operations"],
        responses={200: OpenApiResponse(SwitchListAnswer, description="All declared switches, by name.")},
        examples=[OpenApiExample("switches", value={"switches": [OFF_EXAMPLE]}, status_codes=["200"])],
    )
    def get(self, _request: Request) -> HttpResponse:
        positions = switches.list_positions(clock.now())
        return answer({"switches": [render_position(position) for position in positions]})


class SwitchView(ApiView):
    """One switch."""

    scopes = {"POST": Scope.SWITCHES_WRITE}
    refusals = {"POST": (UnknownSwitch, SwitchUnchanged, ReasonMissing, ExpiryPassed)}

    @extend_schema(
        operation_id="flip_switch",
        tags=["operations"],
        description="Turn a switch on or off. Every process follows within two seconds. Safe to retry with an `Idempotency-Key`.",
        request=FlipRequest,
        responses={200: OpenApiResponse(SwitchAnswer, description="The switch stands like this now.")},
        examples=[
            OpenApiExample(
                "stop ingest for an hour",
                value={
                    "on": False,
                    "reason": "the events table is being repaired",
                    "expires_at": "2026-02-03T10:00:00Z",
                },
                request_only=True,
            ),
            OpenApiExample("off", value=OFF_EXAMPLE, status_codes=["200"], response_only=True),
        ],
    )
    def post(self, request: Request, name: str) -> HttpResponse:
        fields = read_flip(self.json_body())
        flipped = flip_switch(
            name=name,
            by=f"client:{self.caller.client_name}",
            now=clock.now(),
            receipt=receipt_for(request, render=render_flip),
            **fields,
        )
        return render_flip(flipped)


def render_flip(flipped: Flipped) -> HttpResponse:
    """The switch after the flip."""
    state = SwitchState(
        name=flipped.name,
        is_on=flipped.is_on,
        reason=flipped.reason,
        changed_by=flipped.changed_by,
        changed_at=flipped.changed_at,
        expires_at=flipped.expires_at,
    )
    return answer(render_position(switches.position_of(switches.get(flipped.name), state, flipped.changed_at)))
