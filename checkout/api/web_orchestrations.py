"""GET /api/checkout/orchestrations/:orderId: what the storefront's success page and recovery banner read (contract 4.6)."""

from typing import ClassVar

from django.http import HttpResponse
from rest_framework.request import Request

from checkout import queries
from checkout.api import openapi
from checkout.api.customer_access import TOKEN_REFUSALS, CustomerView
from checkout.api.parsing import parse_order_id
from checkout.api.rendering import checkout_body
from checkout.errors import OrderIdRequired, OrderNotFound
from smplat.api.responses import answer
from smplat.api.scopes import Scope


class WebOrchestrationView(CustomerView):
    """Where the checkout of one order stands, for its customer."""

    scopes: ClassVar = {"GET": Scope.ORDERS_READ}
    refusals: ClassVar = {"GET": (*TOKEN_REFUSALS, OrderIdRequired, OrderNotFound)}
    failure: ClassVar[str] = "Failed to load checkout orchestration"

    @openapi.get_web_checkout
    def get(self, request: Request, order_id: str) -> HttpResponse:  # noqa: ARG002
        """As /api/v1/checkout/orchestrations/{order_id}; an order that is not there is 404 and not a bad gateway."""
        if not order_id.strip():
            raise OrderIdRequired
        order = parse_order_id(order_id)
        self.require_order(order)
        return answer(checkout_body(queries.get_checkout(order)))
