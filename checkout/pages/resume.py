"""The link of a prompt: on to the storefront, or a page of ours that says what is missing. It only reads."""

from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from checkout.errors import OrderNotFound
from checkout.links import ExpiredToken, InvalidToken, Purpose, mint_token, read_token
from checkout.pages.customer_view import view_order
from smplat import clock
from smplat.link_pages import LinkPage

STOREFRONT_PATH = "/checkout/resume"
# One sitting; who comes back later opens the link again.
SITTING = timedelta(days=1)


class ResumeView(LinkPage):
    """GET shows or forwards and changes nothing: mail scanners follow links too."""

    http_method_names = ("get", "head", "options")
    refusals = {
        ExpiredToken: ("customer/expired_link.html", 410),
        InvalidToken: ("customer/invalid_link.html", 404),
        OrderNotFound: ("customer/invalid_link.html", 404),
    }

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
