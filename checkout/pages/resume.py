"""The link of a prompt: on to the storefront, or a page of ours that says what is missing. It only reads."""

from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

from checkout.errors import OrderNotFound
from checkout.links import ExpiredToken, InvalidToken, Purpose, mint_token, read_token
from checkout.pages.customer_view import view_order
from smplat import clock

STOREFRONT_PATH = "/checkout/resume"
# One sitting; who comes back later opens the link again.
SITTING = timedelta(days=1)


@method_decorator(never_cache, name="dispatch")
class ResumeView(View):
    """GET shows or forwards and changes nothing: mail scanners follow links too."""

    http_method_names = ("get", "head", "options")

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Answer a page also to a link that does not work."""
        try:
            response = super().dispatch(request, *args, **kwargs)
        except ExpiredToken:
            response = render(request, "customer/expired_link.html", status=410)
        except (InvalidToken, OrderNotFound):
            response = render(request, "customer/invalid_link.html", status=404)
        assert isinstance(response, HttpResponse)
        response["X-Robots-Tag"] = "noindex"
        # The address is the right to see the order: it must not travel to other sites.
        response["Referrer-Policy"] = "no-referrer"
        return response

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """To the storefront that was configured, otherwise the page."""
        now = clock.now()
        order_id = read_token(token, purpose=Purpose.RESUME, now=now)
        if settings.HAS_FRONTEND:
            return HttpResponseRedirect(storefront_address(order_id=order_id, now=now))
        return render(request, "customer/resume.html", {"order": view_order(order_id)})


def storefront_address(*, order_id: UUID, now: datetime) -> str:
    """Where the storefront takes over, with a token for its browser to read this one order."""
    token = mint_token(order_id=order_id, purpose=Purpose.CUSTOMER, expires_at=now + SITTING)
    query = urlencode({"order": str(order_id), "token": token})
    return f"{settings.FRONTEND_URL}{STOREFRONT_PATH}?{query}"
