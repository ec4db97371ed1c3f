"""Names the person behind every change made in the console. The API's views name their callers themselves."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from smplat import history, request_id

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class HistoryMiddleware:
    """Stands behind authentication."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.console = reverse("admin:index")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in SAFE_METHODS or not request.path.startswith(self.console):
            return self.get_response(request)
        who = f"user:{request.user.get_username() or 'anonymous'}"
        with history.acting(who=who, request_id=request_id.current(), url=request.path):
            return self.get_response(request)
