"""The OpenAPI document is valid, complete, and true: every operation is fuzzed from it."""

import json
from typing import Any

import pytest
import schemathesis
from django.test import Client
from django.urls import get_resolver
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import status_code_conformance

from smplat.api.openapi import document

KEY = "a-key-of-the-environment"
EXAMPLES_PER_OPERATION = 40
DOCUMENT = document()
OPERATIONS = [
    (path, method, spec)
    for path, item in DOCUMENT["paths"].items()
    for method, spec in item.items()
    if method in {"get", "post", "put", "patch", "delete"}
]
NAMES = [f"{method.upper()} {path}" for path, method, _ in OPERATIONS]


def test_the_document_is_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")


def test_every_route_of_the_api_is_in_the_document() -> None:
    routes = {str(pattern.pattern) for pattern in _patterns(get_resolver().url_patterns)}
    served = {_shape(route) for route in routes if route.startswith("api/") and not route.endswith("/")}
    described = {_shape(path.removeprefix("/")) for path in DOCUMENT["paths"]}
    own = {"api/v1/docs", "api/v1/openapi.json"}
    assert served - own == {path for path in described if path.startswith("api/")}


@pytest.mark.parametrize(("path", "method", "spec"), OPERATIONS, ids=NAMES)
def test_every_status_has_an_example(path: str, method: str, spec: dict[str, Any]) -> None:
    for status, answer in spec["responses"].items():
        content = answer.get("content", {}).get("application/json", {})
        assert content.get("examples"), f"{method} {path} {status}"


@pytest.mark.parametrize(("path", "method", "spec"), OPERATIONS, ids=NAMES)
def test_every_operation_says_what_it_does(path: str, method: str, spec: dict[str, Any]) -> None:
    assert spec.get("tags")
    assert spec.get("summary") or spec.get("description"), f"{method} {path}"


def test_no_body_is_offered_in_a_form_that_is_not_read() -> None:
    offered = {kind for _, _, spec in OPERATIONS for kind in spec.get("requestBody", {}).get("content", {})}
    assert offered == {"application/json", "application/x-ndjson", "text/plain"}


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/openapi.json", "/api/v1/openapi.json/"])
def test_the_document_is_served_to_everyone(address: str) -> None:
    assert Client().get(address).json()["info"]["title"] == "smplat"


@pytest.mark.django_db
def test_the_page_shows_every_operation() -> None:
    html = Client().get("/docs").content.decode()
    assert all(f'id="{spec["operationId"]}"' in html for _, _, spec in OPERATIONS)
    assert "<script" not in html


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", NAMES)
def test_no_input_breaks_an_operation_or_gets_an_answer_that_is_not_described(
    name: str, settings: Any, live_server: Any
) -> None:
    settings.CHECKOUT_API_KEY = KEY
    for limit in ("SECRET", "PUBLISHABLE", "ANONYMOUS"):
        setattr(settings, f"THROTTLE_{limit}_PER_MINUTE", 10_000_000)
    schema = schemathesis.openapi.from_dict(json.loads(json.dumps(DOCUMENT, default=str)))
    method, path = name.split(" ")
    operation = schema[path][method]

    @given(case=operation.as_strategy())
    @hypothesis_settings(
        max_examples=EXAMPLES_PER_OPERATION,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def fuzz(case: Any) -> None:
        case.headers = {**(case.headers or {}), "X-API-Key": KEY}
        case.call_and_validate(base_url=live_server.url, checks=[not_a_server_error, status_code_conformance])

    fuzz()


def _patterns(found: list[Any]) -> list[Any]:
    return [
        one for item in found for one in (_patterns(item.url_patterns) if hasattr(item, "url_patterns") else [item])
    ]


def _shape(route: str) -> str:
    """The route with every parameter named alike."""
    return "/".join("{}" if part.startswith(("<", "{")) else part for part in route.split("/"))
