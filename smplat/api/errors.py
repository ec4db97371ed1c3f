"""What the API refuses, and how a refusal looks on the wire.

Every error body keeps the `detail` that existing clients read (a sentence, or for validation a list of
`{type, loc, msg}`) and adds `code`, `status`, `title` and `request_id`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, ClassVar

from django.http import HttpResponse

from smplat import request_id
from smplat.api.responses import answer
from smplat.errors import Conflict, Invalid, Refusal, Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One thing wrong with the input."""

    type: str  # a stable kind such as missing, string_too_long, enum
    loc: tuple[str | int, ...]  # where: ("body", "offer_slug"), ("query", "window_days")
    msg: str
    # Further members as they go out: `input` (what was sent), `ctx` (bounds).
    more: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The entry as clients read it."""
        return {"type": self.type, "loc": list(self.loc), "msg": self.msg, **self.more}


class ValidationFailed(Invalid):
    """The request is not valid."""

    code = "validation-failed"
    status = 422

    def __init__(self, details: Sequence[Detail]) -> None:
        super().__init__("; ".join(detail.msg for detail in details))
        self.details = tuple(details)


class InvalidApiKey(Refusal):
    """Invalid API key"""

    code = "invalid-api-key"
    status = 401


class ScopeMissing(Refusal):
    """The API key does not have the scope this needs."""

    code = "scope-missing"
    status = 403


class OriginNotAllowed(Refusal):
    """The API key may not be used from this origin."""

    code = "origin-not-allowed"
    status = 403


class PublishableKeyRefused(Refusal):
    """A publishable API key cannot be used here, a secret one can."""

    code = "publishable-key-refused"
    status = 403


class Throttled(Refusal):
    """Too many requests, try again later."""

    code = "throttled"
    status = 429

    def __init__(self, *, retry_after_seconds: int) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds


class BodyTooLarge(Refusal):
    """The body is too large."""

    code = "body-too-large"
    status = 413

    def __init__(self, *, limit: int, unit: str = "bytes") -> None:
        super().__init__(f"The body is larger than {limit:,} {unit}.", extra={"limit": limit, "unit": unit})


class UnsupportedMediaType(Refusal):
    """Send the body as application/json."""

    code = "unsupported-media-type"
    status = 415


class MethodNotAllowed(Refusal):
    """Method Not Allowed"""

    code = "method-not-allowed"
    status = 405


class KeyInUse(Conflict):
    """A request with this Idempotency-Key is being answered, try again."""

    code = "idempotency-key-in-use"
    retry_after_seconds: ClassVar[int] = 1


class KeyReused(Invalid):
    """This Idempotency-Key was used for another request."""

    code = "idempotency-key-reused"


class DatabaseUnavailable(Unavailable):
    """The database cannot be reached, try again."""

    code = "database-unavailable"


def render(refusal: Refusal) -> HttpResponse:
    """The HTTP answer of a refusal."""
    retry_after = getattr(refusal, "retry_after_seconds", None)
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else {}
    body = problem(detail=_detail(refusal), code=refusal.code, status=refusal.status, extra=refusal.extra)
    return answer(body, status=refusal.status, headers=headers)


def problem(*, detail: Any, code: str, status: int, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The body that every error has."""
    return {
        "detail": detail,
        "code": code,
        "status": status,
        "title": HTTPStatus(status).phrase,
        "request_id": request_id.current(),
        **(extra or {}),
    }


def _detail(refusal: Refusal) -> str | list[dict[str, Any]]:
    if isinstance(refusal, ValidationFailed):
        return [detail.as_json() for detail in refusal.details]
    if refusal.status == HTTPStatus.UNPROCESSABLE_ENTITY and refusal.field:
        return [Detail(type="value_error", loc=("body", refusal.field), msg=refusal.message).as_json()]
    return refusal.message
