"""Answers to browsers on other origins: which pages may call, told before and after the call.

A preflight carries no key, so it is answered for every origin that any usable publishable key lists; the call itself
is then held to its own key's origins (smplat.api.authentication).
"""

import time
from typing import Final

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from smplat import clock, request_id
from smplat.api import idempotency
from smplat.api.keys import KeyKind
from smplat.api.models import ApiKey

CACHE_SECONDS: Final = 1.0
# How long a browser may remember a preflight: ten minutes, the most that Chromium keeps is two hours.
PREFLIGHT_SECONDS: Final = 600
ALLOWED_HEADERS: Final = "Content-Type, Authorization, X-API-Key, X-Request-ID, Content-Encoding"
EXPOSED_HEADERS: Final = f"{request_id.HEADER}, Retry-After, {idempotency.REPLAYED_HEADER}"


class OriginDirectory:
    """The union of the origins of all usable publishable keys, with a short memory."""

    def __init__(self) -> None:
        self._origins: frozenset[str] = frozenset()
        self._believed_until = 0.0

    def allows(self, origin: str) -> bool:
        """Whether some publishable key lists this origin; while the database is away, what it last said."""
        if self._believed_until <= time.monotonic():
            self._refresh()
        return origin in self._origins

    def forget(self) -> None:
        """Ask the database again."""
        self._believed_until = 0.0

    def _refresh(self) -> None:
        keys = ApiKey.objects.usable(now=clock.now()).filter(kind=KeyKind.PUBLISHABLE)
        try:
            lists = list(keys.values_list("allowed_origins", flat=True))
        except DatabaseError:
            return
        self._origins = frozenset(origin for origins in lists for origin in origins)
        self._believed_until = time.monotonic() + CACHE_SECONDS


origins: Final = OriginDirectory()


def add_headers(request: HttpRequest, response: HttpResponse) -> None:
    """Let the page that asked read the answer, errors included, if its origin is listed anywhere."""
    patch_vary_headers(response, ["Origin"])
    origin = request.META.get("HTTP_ORIGIN")
    if origin and origins.allows(origin):
        response["Access-Control-Allow-Origin"] = origin
        response["Access-Control-Expose-Headers"] = EXPOSED_HEADERS


def add_preflight_headers(request: HttpRequest, response: HttpResponse, *, methods: list[str]) -> None:
    """Say which methods and headers a listed page may use."""
    origin = request.META.get("HTTP_ORIGIN")
    if origin and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in request.META and origins.allows(origin):
        response["Access-Control-Allow-Methods"] = ", ".join(methods)
        response["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
        response["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
