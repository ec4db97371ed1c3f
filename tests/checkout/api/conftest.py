"""Calls as a storefront's servers make them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

KEY = "storefront-key-for-tests"


@pytest.fixture(autouse=True)
def _storefront(settings: Any) -> None:
    settings.CHECKOUT_API_KEY = KEY


@pytest.fixture
def request_json() -> Callable[..., HttpResponse]:
    """Sends JSON with the storefront's key."""

    def request_json(method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        data = "" if body is None else json.dumps(body)
        return Client().generic(
            method, path, data, content_type="application/json", headers={"X-API-Key": KEY, **headers}
        )

    return request_json
