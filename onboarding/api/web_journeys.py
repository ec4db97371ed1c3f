"""GET /api/onboarding/journeys/:orderId: what the success page reads (contract 3.14)."""

from typing import ClassVar

from django.http import HttpResponse
from rest_framework.request import Request

from checkout.api.customer_access import TOKEN_REFUSALS, CustomerView
from checkout.api.parsing import parse_order_id
from onboarding.api import openapi
from onboarding.api.reading import read_journey
from onboarding.errors import JourneyNotFound
from smplat.api.responses import answer
from smplat.api.scopes import Scope


class WebJourneyView(CustomerView):
    """The journey of one order, for its customer."""

    scopes: ClassVar = {"GET": Scope.JOURNEYS_READ}
    refusals: ClassVar = {"GET": (*TOKEN_REFUSALS, JourneyNotFound)}
    failure: ClassVar[str] = "Failed to fetch journey"

    @openapi.get_web_journey
    def get(self, request: Request, order_id: str) -> HttpResponse:  # noqa: ARG002
        """As /api/v1/orders/{order_id}/onboarding."""
        order = parse_order_id(order_id)
        self.require_order(order)
        return answer(read_journey(order))
