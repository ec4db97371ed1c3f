"""Pages for customers: no login, the signed link in the address is the right."""

import hashlib
from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

from smplat.api.client_address import client_address, throttle_identity
from smplat.api.errors import Throttled
from smplat.api.throttles import throttle
from smplat.errors import Refusal


@method_decorator(never_cache, name="dispatch")
class LinkPage(View):
    """GET changes nothing: mail scanners follow links too. The path's `token` is the link; who asks too often is told when to come back."""

    # The page and status for each way in which a link does not work.
    refusals: ClassVar[Mapping[type[Refusal], tuple[str, int]]] = {}

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Answer a page also to a link that does not work."""
        try:
            self.count(request, token=str(kwargs["token"]))
            response = super().dispatch(request, *args, **kwargs)
        except Throttled as refusal:
            response = render(request, "customer/too_often.html", status=Throttled.status)
            response["Retry-After"] = str(refusal.retry_after_seconds)
        except tuple(self.refusals) as refusal:
            template, status = next(page for kind, page in self.refusals.items() if isinstance(refusal, kind))
            response = render(request, template, status=status)
        assert isinstance(response, HttpResponse)
        response["X-Robots-Tag"] = "noindex"
        # The address is the right to act: it must not travel to other sites.
        response["Referrer-Policy"] = "no-referrer"
        return response

    def count(self, request: HttpRequest, *, token: str) -> None:
        """Count the request, by address as for publishable keys and by link as for an address without a key.

        Raises:
            Throttled: one too many.
        """
        address = throttle_identity(client_address(request))
        throttle.check(who="link-page", identity=address, per_minute=settings.THROTTLE_PUBLISHABLE_PER_MINUTE)
        link = hashlib.sha256(token.encode()).hexdigest()
        throttle.check(who="link", identity=link, per_minute=settings.THROTTLE_ANONYMOUS_PER_MINUTE)
