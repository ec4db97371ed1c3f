"""Routes of the web tier that a customer's browser calls for one order: the order's signed token opens them.

    class JourneyView(CustomerView):
        scopes = {"GET": Scope.JOURNEYS_READ}
        refusals = {"GET": (*TOKEN_REFUSALS, OrderNotFound)}

        def get(self, request: Request, order_id: str) -> HttpResponse:
            order = parse_order_id(order_id)
            self.require_order(order)

From a server the same routes take a secret key with the scope.
"""

from dataclasses import replace
from typing import ClassVar, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from checkout.errors import TokenOfAnotherOrder
from checkout.links import ExpiredToken, InvalidToken, Purpose, read_token
from smplat import clock
from smplat.api.client_address import client_address, throttle_identity
from smplat.api.keys import Caller
from smplat.api.scopes import Scope
from smplat.api.throttles import throttle
from smplat.api.web_tier import WebTierView
from smplat.errors import Refusal

QUERY_PARAMETER: Final = "token"
SCHEME: Final = "bearer "
MOST_CLIENTS: Final = 2**62
# What a customer may do is decided by require_order; no scope of a key comes with a token.
CUSTOMER: Final = Caller(
    client_id=None, client_name="customer", key_id=None, is_publishable=False, scopes=frozenset(), allowed_origins=()
)
# What every operation of a CustomerView may refuse.
TOKEN_REFUSALS: Final[tuple[type[Refusal], ...]] = (InvalidToken, ExpiredToken, TokenOfAnotherOrder)


class CustomerView(WebTierView):
    """A web-tier view that opens to a secret key, or for one order to its customer's token."""

    browsers_allowed: ClassVar[bool] = True
    further_credentials: ClassVar[tuple[str, ...]] = ("CustomerToken", "CustomerTokenInQuery")

    # The only order that the caller may name; None for a server, which may name any.
    opened_order: UUID | None = None

    def dispatch(self, request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        """Answer; what one customer reads is kept by no cache on the way."""
        response = super().dispatch(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response

    def identify(self, request: HttpRequest, *, scope: Scope | None) -> Caller:
        """The customer whose token came along, or else the holder of a key.

        Raises:
            InvalidToken, ExpiredToken: the token opens nothing.
            InvalidApiKey, ScopeMissing, PublishableKeyRefused: without a token, as for every view.
            Throttled: the address asks too often.
        """
        token = "" if "HTTP_X_API_KEY" in request.META else presented_token(request)
        if not token:
            return super().identify(request, scope=scope)
        address = throttle_identity(client_address(request))
        throttle.check(who="customer", identity=address, per_minute=settings.THROTTLE_PUBLISHABLE_PER_MINUTE)
        self.opened_order = read_token(token, purpose=Purpose.CUSTOMER, now=clock.now())
        # Negative, so that their idempotency keys meet neither each other's nor a client's.
        return replace(CUSTOMER, client_id=-(self.opened_order.int % MOST_CLIENTS) - 1)

    def require_order(self, order_id: UUID) -> None:
        """Hold a customer to their own order. Asked before the database is, so that nobody learns which orders exist.

        Raises:
            TokenOfAnotherOrder: the token opens a different one.
        """
        if self.opened_order is not None and self.opened_order != order_id:
            raise TokenOfAnotherOrder


def presented_token(request: HttpRequest) -> str:
    """The token in `Authorization: Bearer …`, else the one in the query (a page that closes can send no header)."""
    header = str(request.META.get("HTTP_AUTHORIZATION", ""))
    if header.lower().startswith(SCHEME):
        return header[len(SCHEME) :].strip()
    return request.GET.get(QUERY_PARAMETER, "")
