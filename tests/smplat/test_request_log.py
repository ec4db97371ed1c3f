"""Every answer and every log line carries the request's id, and no line carries a secret."""

import json
import logging

import pytest
from django.test import Client
from prometheus_client import REGISTRY

from smplat.logs import JsonLines

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(caplog) -> list[dict]:
    """The log lines of the test, as they are written."""
    written: list[dict] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(json.loads(self.format(record)))

    handler = Collect()
    handler.setFormatter(JsonLines(identity={"service": "smplat"}))
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/nowhere", "/admin/login/", "/"])
def test_a_sane_request_id_comes_back(path: str) -> None:
    assert Client().get(path, headers={"X-Request-ID": "shop-42"})["X-Request-ID"] == "shop-42"


@pytest.mark.parametrize("offered", ["", "a b", "x" * 129, 'a"}{"', "a\tb", "ü"])
def test_another_one_is_replaced(offered: str) -> None:
    answered = Client().get("/api/v1/nowhere", headers={"X-Request-ID": offered})["X-Request-ID"]
    assert len(answered) == 36


def test_one_line_tells_the_whole_request(lines) -> None:
    Client().get("/api/v1/nowhere?token=abcdef", headers={"X-Request-ID": "shop-42"})
    [line] = [line for line in lines if line["message"] == "request_finished"]
    del line["timestamp"], line["duration_ms"]
    assert line == {
        "level": "info",
        "message": "request_finished",
        "logger": "smplat.request",
        "service": "smplat",
        "request_id": "shop-42",
        "method": "GET",
        "path": "/api/v1/nowhere",
        "status": 404,
    }


def test_keys_cookies_and_tokens_are_masked(lines) -> None:
    key = "sk_" + "a" * 43
    logging.getLogger("other").warning("called /x?key=%s&a=1&token=t0k with %s", key, key)
    assert lines[-1]["message"] == "called /x?key=…&a=1&token=… with sk_…"


def test_secret_members_are_masked_whatever_they_hold(lines) -> None:
    logging.getLogger("other").warning({"event": "seen", "cookie": "sessionid=1", "password": "p"})
    assert (lines[-1]["cookie"], lines[-1]["password"]) == ("…", "…")


def test_requests_are_counted_by_route_never_by_what_the_client_sent() -> None:
    labels = {"method": "OTHER", "route": "unmatched", "status": "404"}
    before = REGISTRY.get_sample_value("smplat_http_requests_total", labels) or 0
    Client().generic("BREW", "/api/v1/coffee/made-up")
    assert REGISTRY.get_sample_value("smplat_http_requests_total", labels) == before + 1
