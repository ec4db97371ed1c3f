"""From whatever a view raises to the JSON that goes out. The one error handler of the API (REST_FRAMEWORK setting)."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.http.request import UnreadablePostError
from rest_framework.exceptions import APIException
from rest_framework.exceptions import MethodNotAllowed as DrfMethodNotAllowed

from smplat.api.bodies import MAX_BODY_BYTES
from smplat.api.errors import BodyTooLarge, DatabaseUnavailable, MethodNotAllowed, problem, render
from smplat.api.idempotency import AlreadyAnswered
from smplat.api.responses import answer
from smplat.errors import NotFound, Refusal


class Forbidden(Refusal):
    """You may not do this."""

    code = "forbidden"
    status = 403


class UnreadableRequest(Refusal):
    """The request cannot be read."""

    code = "unreadable-request"


def handle_exception(exc: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """The answer to an exception of a view; None for one that nobody foresaw (500, logged with its traceback)."""
    if isinstance(exc, AlreadyAnswered):
        return exc.response()
    if isinstance(exc, DrfMethodNotAllowed | MethodNotAllowed):
        return _with_allow(render(MethodNotAllowed()), context)
    refusal = as_refusal(exc)
    if refusal is not None:
        return render(refusal)
    if isinstance(exc, APIException):
        body = problem(detail=str(exc.detail), code=str(exc.default_code), status=exc.status_code)
        return answer(body, status=exc.status_code)
    return None


# What Django and the database driver raise, and what it amounts to. The first match counts.
_FORESEEN: tuple[tuple[type[BaseException], Callable[[], Refusal]], ...] = (
    (OperationalError, DatabaseUnavailable),
    (InterfaceError, DatabaseUnavailable),
    (Http404, NotFound),
    (PermissionDenied, Forbidden),
    (RequestDataTooBig, lambda: BodyTooLarge(limit=MAX_BODY_BYTES)),
    (SuspiciousOperation, UnreadableRequest),
    (UnreadablePostError, UnreadableRequest),
)


def as_refusal(exc: BaseException) -> Refusal | None:
    """The refusal an exception amounts to, if it is a foreseen one."""
    if isinstance(exc, Refusal):
        return exc
    return next((refuse() for kind, refuse in _FORESEEN if isinstance(exc, kind)), None)


def _with_allow(response: HttpResponse, context: Mapping[str, Any]) -> HttpResponse:
    view = context.get("view")
    if view is not None:
        response["Allow"] = ", ".join(view.allowed_methods)
    return response
