"""What every console request gets: the person's time zone, and a content policy that Unfold can live with."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

CONSOLE_PREFIX = "/admin/"


class ConsoleMiddleware:
    """Pages of the console show times in the zone of the person who looks; no address of it breaks the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Only here, so that API requests never touch the session.
        if not request.path_info.startswith(CONSOLE_PREFIX):
            return self.get_response(request)
        # Addresses become lookups, and PostgreSQL's text knows no NUL.
        if "\x00" in request.path_info:
            raise Http404
        zone = getattr(request.user, "time_zone", "UTC")
        with timezone.override(ZoneInfo(zone)):
            return self.get_response(request)


class ContentPolicyMiddleware(CSPMiddleware):
    """The strict policy everywhere; on the console the two allowances that Alpine.js and Unfold's theme need."""

    def get_policy_parts(
        self,
        request: HttpRequest,
        response: HttpResponseBase,
        report_only: bool = False,  # noqa: FBT001, FBT002 - django-csp's signature
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and request.path_info.startswith(CONSOLE_PREFIX):
            allowances: dict[str, Any] = settings.CONSOLE_CONTENT_POLICY
            parts.config = {**settings.CONTENT_SECURITY_POLICY["DIRECTIVES"], **allowances, **(parts.config or {})}
        return parts
