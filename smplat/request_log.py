"""The outermost middleware: names the request, answers with that name, logs one line, counts and times it.

In the place of django_structlog's RequestMiddleware, which writes two lines with the unmasked query string, and of
the pair of django-prometheus, which keeps fifteen metrics: together they cost as much as the whole rest of a request.
"""

import time
from collections.abc import Callable
from typing import Final

import structlog
from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram
from structlog.contextvars import bind_contextvars, clear_contextvars

from smplat import request_id

REQUESTS: Final = Counter("smplat_http_requests", "Answered requests", ["method", "route", "status"])
# From a cached answer to the statement timeout.
_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)
DURATION: Final = Histogram("smplat_http_request_seconds", "Time to answer", ["method", "route"], buckets=_BUCKETS)

# Label values come from this list and from the URL patterns, never from what a client sends.
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_META_NAME: Final = "HTTP_" + request_id.HEADER.upper().replace("-", "_")

logger = structlog.get_logger("smplat.request")


class RequestLogMiddleware:
    """See the module."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request under its id."""
        started = time.perf_counter()
        clear_contextvars()
        identifier = request_id.accept_or_create(request.META.get(_META_NAME))
        bind_contextvars(request_id=identifier)
        try:
            response = self._get_response(request)
            response[request_id.HEADER] = identifier
            _tell(request, response, seconds=time.perf_counter() - started)
        finally:
            clear_contextvars()
        return response


def _tell(request: HttpRequest, response: HttpResponse, *, seconds: float) -> None:
    method = request.method if request.method in _METHODS else "OTHER"
    match = request.resolver_match
    route = match.route if match is not None else "unmatched"
    REQUESTS.labels(method, route, str(response.status_code)).inc()
    DURATION.labels(method, route).observe(seconds)
    write = logger.error if response.status_code >= 500 else logger.info
    write(
        "request_finished",
        method=method,
        path=request.path,
        status=response.status_code,
        duration_ms=round(seconds * 1000, 2),
    )
