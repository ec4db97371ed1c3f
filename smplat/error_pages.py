"""Errors outside of an API view: JSON for programs, a page for people. Named in smplat.urls and settings."""

import sys
from http import HTTPStatus
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.template import loader

from smplat import request_id
from smplat.api.errors import problem, render
from smplat.api.exception_handler import Forbidden, UnreadableRequest, as_refusal
from smplat.api.responses import answer
from smplat.errors import NotFound, Refusal

# What programs ask; everything else is looked at by people.
_MACHINE_PREFIXES: Final = ("/api/", "/healthz", "/metrics", "/openapi.json")

_ADVICE: Final = {
    HTTPStatus.BAD_REQUEST: "Your browser sent something this site cannot read. Reload the page you came from and try again.",
    HTTPStatus.FORBIDDEN: "Your role does not include this. Ask an administrator of the console if you need it.",
    HTTPStatus.NOT_FOUND: "The address is wrong, or what it named is gone.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database cannot be reached at the moment. Nothing you did is lost; try again shortly.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something broke on our side and was written down. The request id finds it in the logs.",
}
_FORM_ADVICE: Final = (
    "The form was open for too long or in another session. Go back, reload the page and send it again."
)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400"""
    return _respond(request, as_refusal(exception) or UnreadableRequest())


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """403"""
    return _respond(request, Forbidden())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """403 of a form without a valid token."""
    return _respond(request, Forbidden(_FORM_ADVICE), advice=_FORM_ADVICE)


def not_found(request: HttpRequest, exception: Http404) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """404"""
    return _respond(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    """503 when the database is away, else 500."""
    refusal = as_refusal(sys.exc_info()[1] or Exception())
    if refusal is not None:
        return _respond(request, refusal)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    if _is_machine(request):
        return answer(problem(detail=status.phrase, code="internal-error", status=status), status=status)
    return _page(status)


def _respond(request: HttpRequest, refusal: Refusal, *, advice: str = "") -> HttpResponse:
    response = render(refusal)
    if _is_machine(request):
        return response
    page = _page(HTTPStatus(refusal.status), advice=advice)
    if "Retry-After" in response:
        page["Retry-After"] = response["Retry-After"]
    return page


def _is_machine(request: HttpRequest) -> bool:
    return request.path_info.startswith(_MACHINE_PREFIXES)


def _page(status: HTTPStatus, *, advice: str = "") -> HttpResponse:
    """A page that needs neither the database nor a session."""
    context = {
        "status": status.value,
        "title": status.phrase,
        "advice": advice or _ADVICE.get(status, ""),
        "request_id": request_id.current(),
    }
    return HttpResponse(loader.render_to_string("pages/error.html", context), status=status)
