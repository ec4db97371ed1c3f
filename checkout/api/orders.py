"""Orders over HTTP (contract 4.8)."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from checkout import queries
from checkout.actions.change_order_status import StatusChanged, change_order_status
from checkout.actions.create_order import OrderCreated, create_order
from checkout.api import openapi
from checkout.api.parsing import (
    parse_actor,
    parse_moment,
    parse_order,
    parse_order_id,
    parse_status,
    parse_status_filter,
)
from checkout.api.rendering import order_body, progress_body, state_event_body
from checkout.api.serializers import OrderInput, OrderListQuery, StatusInput
from checkout.errors import (
    InvalidCurrency,
    InvalidOrderSource,
    InvalidStatus,
    InvalidStatusFilter,
    OrderNotFound,
    PriceChanged,
    ProductNotForSale,
    ProductNotFound,
    TotalMismatch,
    TransitionNotAllowed,
)
from checkout.links import CUSTOMER_TOKEN_LIFETIME, Purpose, mint_token
from smplat import clock
from smplat.api.errors import ValidationFailed
from smplat.api.idempotency import receipt_for
from smplat.api.inputs import parse_id, read_input
from smplat.api.pagination import decode_cursor, encode_cursor, next_link
from smplat.api.responses import answer
from smplat.api.scopes import Scope
from smplat.api.views import ApiView


class OrdersView(ApiView):
    """Create orders, and list them newest first."""

    scopes = {"GET": Scope.ORDERS_READ, "POST": Scope.ORDERS_WRITE}
    refusals = {
        "POST": (InvalidCurrency, InvalidOrderSource, ProductNotFound, PriceChanged, ProductNotForSale, TotalMismatch),
        "GET": (InvalidStatusFilter, ValidationFailed),
    }

    @openapi.create_order
    def post(self, request: Request) -> HttpResponse:
        """Place an order at the catalogue's prices; the answer carries the customer's token."""
        value = read_input(OrderInput, self.json_body())
        now = clock.now()
        created = create_order(
            new=parse_order(value),
            may_override_price=Scope.ORDERS_PRICE_OVERRIDE in self.caller.scopes,
            placed_at=parse_moment(value.get("occurredAt"), caller=self.caller, now=now),
            now=now,
            receipt=receipt_for(request, render=_created),
        )
        return _created(created)

    @openapi.list_orders
    def get(self, request: Request) -> HttpResponse:
        """One page of orders."""
        return _page(request, customer_id=None)


class OrdersOfUserView(ApiView):
    """The orders of one customer, newest first."""

    scopes = {"GET": Scope.ORDERS_READ}
    refusals = {"GET": (InvalidStatusFilter,)}

    @openapi.list_orders_of_user
    def get(self, request: Request, user_id: str) -> HttpResponse:
        """One page of them."""
        return _page(request, customer_id=parse_id(user_id, name="user_id"))


class OrderView(ApiView):
    """One order."""

    scopes = {"GET": Scope.ORDERS_READ}
    refusals = {"GET": (OrderNotFound,)}

    @openapi.get_order
    def get(self, request: Request, order_id: str) -> HttpResponse:  # noqa: ARG002
        """The order with its items."""
        order = queries.get_order(parse_order_id(order_id))
        return answer(order_body(order, queries.list_items(order.pk)))


class OrderStatusView(ApiView):
    """The status of one order."""

    scopes = {"PATCH": Scope.ORDERS_WRITE}
    refusals = {"PATCH": (InvalidStatus, TransitionNotAllowed, OrderNotFound)}

    @openapi.change_status
    def patch(self, request: Request, order_id: str) -> HttpResponse:  # noqa: ARG002
        """Change it; the checkout follows."""
        order = parse_order_id(order_id)
        value = read_input(StatusInput, self.json_body())
        now = clock.now()
        changed: StatusChanged = change_order_status(
            order_id=order,
            wanted=parse_status(value["status"]),
            by=parse_actor(value),
            notes=value.get("notes") or "",
            metadata=value.get("metadata"),
            occurred_at=parse_moment(value.get("occurredAt"), caller=self.caller, now=now),
            now=now,
        )
        return answer(order_body(changed.order, queries.list_items(changed.order.pk)))


class StateEventsView(ApiView):
    """The log of one order."""

    scopes = {"GET": Scope.ORDERS_READ}
    refusals = {"GET": (OrderNotFound,)}

    @openapi.list_state_events
    def get(self, request: Request, order_id: str) -> HttpResponse:  # noqa: ARG002
        """Newest first."""
        events = queries.list_state_events(parse_order_id(order_id))
        return answer([state_event_body(event) for event in events])


class ProgressView(ApiView):
    """How far one order is."""

    scopes = {"GET": Scope.ORDERS_READ}
    refusals = {"GET": (OrderNotFound,)}

    @openapi.get_progress
    def get(self, request: Request, order_id: str) -> HttpResponse:  # noqa: ARG002
        """Counts of its lines by state."""
        order = parse_order_id(order_id)
        return answer(progress_body(order, queries.get_progress(order)))


class CustomerTokensView(ApiView):
    """Tokens with which a browser reads one order."""

    scopes = {"POST": Scope.ORDERS_WRITE}
    refusals = {"POST": (OrderNotFound,)}

    @openapi.mint_token
    def post(self, request: Request, order_id: str) -> HttpResponse:  # noqa: ARG002
        """Mint a further one."""
        order = queries.get_order(parse_order_id(order_id))
        return answer(_token(order.pk), status=201)


def _created(created: OrderCreated) -> HttpResponse:
    body = order_body(created.order, created.items)
    return answer({**body, **_token(created.order.pk)}, status=201)


def _token(order_id: UUID) -> dict[str, Any]:
    expires_at = clock.now() + CUSTOMER_TOKEN_LIFETIME
    return {"customerToken": mint_token(order_id=order_id, purpose=Purpose.CUSTOMER, expires_at=expires_at)}


def _page(request: Request, *, customer_id: UUID | None) -> HttpResponse:
    query = read_input(OrderListQuery, request.query_params.dict(), source="query")
    found = queries.list_orders(
        status=parse_status_filter(query.get("status_filter")),
        customer_id=customer_id,
        after=decode_cursor(query["cursor"]) if "cursor" in query else None,
        skip=query["skip"],
        # One more than the page, to know whether another follows.
        limit=query["limit"] + 1,
    )
    page = found[: query["limit"]]
    headers = {}
    if len(found) > len(page):
        cursor = encode_cursor(moment=page[-1].created_at, row_id=page[-1].pk)
        headers = next_link(request._request, cursor=cursor)  # noqa: SLF001 - the plain request builds the URL
    return answer([order_body(order, queries.items_of(order)) for order in page], headers=headers)
