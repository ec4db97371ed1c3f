"""What a person sees who failed to sign in too often; named in settings as AXES_LOCKOUT_CALLABLE."""

from math import ceil
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

SECONDS_A_MINUTE = 60


def locked_out(request: HttpRequest, response: HttpResponse | None = None, credentials: Any = None) -> HttpResponse:  # noqa: ARG001 - django-axes' signature
    """429 with the time to wait; the same for names that exist and names that do not."""
    wait_seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    minutes = ceil(wait_seconds / SECONDS_A_MINUTE)
    page = render(request, "console/lockout.html", {"minutes": minutes}, status=429)
    page["Retry-After"] = str(wait_seconds)
    page["Cache-Control"] = "no-store"
    return page
