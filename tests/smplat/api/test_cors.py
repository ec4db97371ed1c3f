"""Browsers on listed origins may call and may read what they are told, others may not."""

import pytest

from smplat.api.scopes import Scope
from tests.smplat.api.conftest import SHOP

pytestmark = [pytest.mark.urls("tests.smplat.api.probe"), pytest.mark.django_db(transaction=True)]

EVENTS = "/api/v1/probe/events"


def _preflight(api, origin: str, path: str = EVENTS):
    return api.options(path, headers={"Origin": origin, "Access-Control-Request-Method": "POST"})


def test_a_preflight_from_a_listed_origin_is_allowed(api, issue) -> None:
    issue([Scope.EVENTS_WRITE], allowed_origins=[SHOP])
    response = _preflight(api, SHOP)
    assert (response.status_code, response["Access-Control-Allow-Origin"], response["Vary"]) == (204, SHOP, "Origin")
    assert "X-API-Key" in response["Access-Control-Allow-Headers"]


def test_a_preflight_from_elsewhere_gets_no_permission(api, issue) -> None:
    issue([Scope.EVENTS_WRITE], allowed_origins=[SHOP])
    response = _preflight(api, "https://evil.example")
    assert ("Access-Control-Allow-Origin" in response, response["Vary"]) == (False, "Origin")


def test_a_route_for_servers_answers_no_preflight(api, issue) -> None:
    issue([Scope.EVENTS_WRITE], allowed_origins=[SHOP])
    assert "Access-Control-Allow-Origin" not in _preflight(api, SHOP, "/api/v1/probe/reports")


def test_a_listed_page_may_read_its_errors_too(api, issue) -> None:
    issue([Scope.EVENTS_WRITE], allowed_origins=[SHOP])
    response = api.post(EVENTS, b"{}", content_type="application/json", headers={"Origin": SHOP})
    assert (response.status_code, response["Access-Control-Allow-Origin"]) == (401, SHOP)
