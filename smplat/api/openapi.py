"""The OpenAPI document: what each view says about itself, and the refusals that every operation shares."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final, cast

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema

from smplat.api.errors import (
    BodyTooLarge,
    DatabaseUnavailable,
    InvalidApiKey,
    KeyInUse,
    KeyReused,
    OriginNotAllowed,
    PublishableKeyRefused,
    ScopeMissing,
    Throttled,
    UnsupportedMediaType,
    ValidationFailed,
)
from smplat.api.idempotency import HEADER as IDEMPOTENCY_KEY
from smplat.api.scopes import Scope
from smplat.api.views import ApiView
from smplat.api.web_tier import WebTierView
from smplat.errors import NotFound, Refusal

EXAMPLE_REQUEST_ID: Final = "0d1f6c52-7b1e-4c0e-9a55-2f6a0a3b9e11"
EXAMPLE_DETAIL: Final = {"type": "missing", "loc": ["body", "field"], "msg": "Field required"}
RETRY_LATER: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})

_PROBLEM: Final = {
    "type": "object",
    "required": ["detail", "code", "status", "title", "request_id"],
    "properties": {
        "detail": {
            "description": "A sentence, or for invalid input the list of what is wrong with it.",
            "oneOf": [
                {"type": "string"},
                {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["type", "loc", "msg"],
                        "properties": {
                            "type": {"type": "string"},
                            "loc": {"type": "array", "items": {"type": ["string", "integer"]}},
                            "msg": {"type": "string"},
                        },
                    },
                },
            ],
        },
        "code": {"type": "string", "description": "Stable: branch on this."},
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "request_id": {"type": "string", "description": "Quote it when you ask us; our logs carry it."},
        "error": {"type": "string", "description": "On the web tier's routes, for its existing clients."},
    },
}
_COMPONENTS: Final = {
    "schemas": {"Problem": _PROBLEM},
    "securitySchemes": {
        "ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        "PublishableKey": {
            "type": "apiKey",
            "in": "query",
            "name": "key",
            "description": "Publishable keys only, for beacons that cannot send headers.",
        },
        "CustomerToken": {
            "type": "http",
            "scheme": "bearer",
            "description": "The `customerToken` of one order: for the browser of the customer who placed it.",
        },
        "CustomerTokenInQuery": {
            "type": "apiKey",
            "in": "query",
            "name": "token",
            "description": "The same, for calls that cannot send headers.",
        },
    },
}


def document() -> dict[str, Any]:
    """The whole document, as plain values."""
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return found


def without_slash_forms(endpoints: Iterable[tuple[str, Any, str, Any]]) -> list[tuple[str, Any, str, Any]]:
    """Each operation once: its form with a trailing slash answers the same and is not listed."""
    return [endpoint for endpoint in endpoints if not endpoint[0].endswith("/")]


def with_components(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The parts that operations refer to: the error body and the ways to send a key."""
    components = result.setdefault("components", {})
    for kind, parts in _COMPONENTS.items():
        components.setdefault(kind, {}).update(parts)
    return result


class ApiSchema(AutoSchema):
    """Describes an ApiView: its key, and beside its own answers every refusal it can give, with an example each."""

    def get_auth(self) -> list[dict[str, list[str]]]:
        """The keys that open the operation; none for open ones."""
        if self._scope() is None:
            return []
        publishable = ("PublishableKey",) if self._operation_view.publishable_allowed else ()
        return [{way: []} for way in ("ApiKey", *publishable, *self._operation_view.further_credentials)]

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        """The operation with its refusals."""
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        scope = self._scope()
        if scope is not None:
            operation["description"] = f"{operation.get('description', '')}\n\nNeeds the scope `{scope.value}`.".strip()
        if self._takes_idempotency_key():
            operation.setdefault("parameters", []).append(_IDEMPOTENCY_PARAMETER)
        for refusal in self._refusals():
            _add(operation["responses"], refusal, is_web_tier=isinstance(self._operation_view, WebTierView))
        return operation

    @property
    def _operation_view(self) -> ApiView:
        return cast(ApiView, self.view)

    def _scope(self) -> Scope | None:
        return self._operation_view.scopes[self.method]

    def _takes_idempotency_key(self) -> bool:
        return self.method == "POST" and not self._operation_view.browsers_allowed

    def _refusals(self) -> list[type[Refusal]]:
        refusals: list[type[Refusal]] = [*self._operation_view.refusals.get(self.method, ())]
        if self._scope() is not None:
            refusals += [InvalidApiKey, ScopeMissing, DatabaseUnavailable]
            refusals += [OriginNotAllowed] if self._operation_view.publishable_allowed else [PublishableKeyRefused]
        if self._operation_view.is_throttled:
            refusals.append(Throttled)
        if self.method in WITH_BODY:
            refusals += [BodyTooLarge, UnsupportedMediaType, ValidationFailed]
        if self._takes_idempotency_key():
            refusals += [KeyInUse, KeyReused]
        if "{" in self.path:
            refusals += [NotFound, ValidationFailed]
        return list(dict.fromkeys(refusals))


_IDEMPOTENCY_PARAMETER: Final = {
    "in": "header",
    "name": IDEMPOTENCY_KEY,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$"},
    "description": "Makes a retry safe: the same key with the same body is answered from the first success.",
}


def _add(responses: dict[str, Any], refusal: type[Refusal], *, is_web_tier: bool) -> None:
    """Put a refusal beside the others of its status."""
    status = str(refusal.status)
    if status in responses and "Problem" not in str(responses[status]):
        return
    phrase = HTTPStatus(refusal.status).phrase
    response = responses.setdefault(status, {"description": phrase})
    if refusal.status in RETRY_LATER:
        response["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}}
    content = response.setdefault("content", {}).setdefault(
        "application/json", {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}
    )
    content["examples"][refusal.code] = {"value": _example(refusal, is_web_tier=is_web_tier)}


def _example(refusal: type[Refusal], *, is_web_tier: bool) -> dict[str, Any]:
    sentence = (refusal.__doc__ or "").strip().splitlines()[0]
    return {
        "detail": [EXAMPLE_DETAIL] if refusal is ValidationFailed else sentence,
        "code": refusal.code,
        "status": refusal.status,
        "title": HTTPStatus(refusal.status).phrase,
        "request_id": EXAMPLE_REQUEST_ID,
        **({"error": sentence} if is_web_tier else {}),
    }
