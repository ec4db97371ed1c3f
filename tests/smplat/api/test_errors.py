"""What goes out when something goes wrong."""

import logging

import pytest
from django.db import OperationalError

from smplat.api.bodies import MAX_BODY_BYTES
from smplat.api.scopes import Scope

pytestmark = [pytest.mark.urls("tests.smplat.api.probe"), pytest.mark.django_db]


@pytest.fixture
def headers(settings) -> dict[str, str]:
    settings.CHECKOUT_API_KEY = "secret"
    return {"X-API-Key": "secret"}


def test_an_unknown_route_is_a_json_404(api) -> None:
    response = api.get("/api/v1/nowhere")
    assert (response.status_code, response.json()["detail"], response.json()["code"]) == (404, "Not Found", "not-found")


def test_a_wrong_method_names_the_right_ones(api) -> None:
    response = api.put("/api/v1/probe/reports")
    assert (response.status_code, response.json()["detail"]) == (405, "Method Not Allowed")
    assert response["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_a_defect_is_a_json_500_that_tells_nothing_but_the_request_id(api, caplog) -> None:
    with caplog.at_level(logging.CRITICAL):
        response = api.get("/api/v1/probe/broken", headers={"X-Request-ID": "find-me"})
    assert response.json() == {
        "detail": "Internal Server Error",
        "code": "internal-error",
        "status": 500,
        "title": "Internal Server Error",
        "request_id": "find-me",
    }


def test_a_database_error_is_503_with_retry_after(api) -> None:
    response = api.delete("/api/v1/probe/broken")
    assert (response.status_code, response["Retry-After"], response.json()["code"]) == (
        503,
        "2",
        "database-unavailable",
    )


def test_a_key_that_cannot_be_looked_up_is_503_not_401(api, monkeypatch) -> None:
    def away(*args: object, **kwargs: object) -> None:
        raise OperationalError

    monkeypatch.setattr("smplat.api.authentication.KeyDirectory._remember", away)
    assert api.get("/api/v1/probe/reports", headers={"X-API-Key": "sk_x"}).status_code == 503


def test_malformed_json_is_422_with_the_offset(api, headers) -> None:
    response = api.post("/api/v1/probe/reports", b'{"a": }', content_type="application/json", headers=headers)
    assert (response.status_code, response.json()["code"]) == (422, "json-invalid")
    assert response.json()["detail"][0]["loc"] == ["body", 6]


def test_a_body_over_the_limit_is_413_with_the_limit(api, headers) -> None:
    body = b'"' + b"x" * MAX_BODY_BYTES + b'"'
    response = api.post("/api/v1/probe/reports", body, content_type="application/json", headers=headers)
    assert (response.status_code, response.json()["code"], response.json()["limit"]) == (
        413,
        "body-too-large",
        MAX_BODY_BYTES,
    )


def test_a_form_is_no_json(api, headers) -> None:
    response = api.post("/api/v1/probe/reports", {"a": 1}, headers=headers)
    assert (response.status_code, response.json()["code"]) == (415, "unsupported-media-type")


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "application/vnd.api+json", ""])
def test_json_is_taken_under_its_usual_names(api, headers, content_type: str) -> None:
    response = api.post("/api/v1/probe/reports", b"[1]", content_type=content_type, headers=headers)
    assert response.json() == {"value": [1]}


def test_a_person_gets_a_page(api) -> None:
    response = api.get("/nowhere")
    assert (response.status_code, response["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "Back to the console" in response.content.decode()


def test_every_scope_has_one_spelling() -> None:
    assert all(scope.value == scope.name.lower().replace("_", ":", 1).replace("_", "-") for scope in Scope)
