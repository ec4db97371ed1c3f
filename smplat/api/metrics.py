"""GET /metrics for Prometheus: the processes of this machine together when they share a directory."""

import os
from ipaddress import ip_address
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from smplat import clock
from smplat.api.authentication import authenticate
from smplat.api.errors import render
from smplat.api.scopes import Scope
from smplat.errors import Refusal
from smplat.operations.metrics import READINESS

# Any of them says that somebody else asked through a proxy on this machine.
_PROXY_HEADERS: Final = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All metrics, for a key with metrics:read or a scraper on this machine."""
    if not _is_local(request):
        try:
            authenticate(request, scope=Scope.METRICS_READ, publishable_allowed=False, throttled=True, now=clock.now())
        except Refusal as refusal:
            return render(refusal)
    # Readiness is asked of this process alone, also where the counters of several are added up.
    text = generate_latest(_registry()) + generate_latest(READINESS)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _is_local(request: HttpRequest) -> bool:
    if any(header in request.META for header in _PROXY_HEADERS):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
