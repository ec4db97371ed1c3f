"""Checkouts over HTTP (contract 4.4 to 4.6)."""

from django.http import HttpResponse
from rest_framework.request import Request

from checkout import queries
from checkout.actions.record_stage_event import StageEventRecorded, record_stage_event
from checkout.api import openapi
from checkout.api.parsing import parse_moment, parse_order_id, parse_stage_report
from checkout.api.rendering import checkout_body
from checkout.api.serializers import StageEventInput
from checkout.errors import OrderNotFound, StageEventRefused
from smplat import clock
from smplat.api.idempotency import receipt_for
from smplat.api.inputs import read_input
from smplat.api.responses import answer
from smplat.api.scopes import Scope
from smplat.api.views import ApiView


class OrchestrationView(ApiView):
    """Where the checkout of one order stands."""

    scopes = {"GET": Scope.ORDERS_READ}
    refusals = {"GET": (OrderNotFound,)}

    @openapi.get_checkout
    def get(self, request: Request, order_id: str) -> HttpResponse:  # noqa: ARG002
        """Reads only: an order without a checkout answers with the state it would start in."""
        return answer(checkout_body(queries.get_checkout(parse_order_id(order_id))))


class StageEventsView(ApiView):
    """What the stages of one checkout report."""

    scopes = {"POST": Scope.ORDERS_WRITE}
    refusals = {"POST": (OrderNotFound, StageEventRefused)}

    @openapi.record_stage_event
    def post(self, request: Request, order_id: str) -> HttpResponse:
        """Record one report and move the order with it; a repetition answers 200 and writes nothing."""
        order = parse_order_id(order_id)
        value = read_input(StageEventInput, self.json_body())
        now = clock.now()
        occurred_at = parse_moment(value.get("occurredAt"), caller=self.caller, now=now)
        recorded = record_stage_event(
            order_id=order,
            report=parse_stage_report(value, occurred_at=occurred_at),
            now=now,
            receipt=receipt_for(request, render=_recorded),
        )
        return _recorded(recorded)


def _recorded(recorded: StageEventRecorded) -> HttpResponse:
    return answer(checkout_body(recorded.checkout))
