"""Calls as existing clients make them."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from checkout.links import Purpose, mint_token
from checkout.models import Order
from smplat import clock

KEY = "storefront-key-for-tests"


@pytest.fixture(autouse=True)
def _storefront(settings: Any, _defaults: None) -> None:
    settings.CHECKOUT_API_KEY = KEY


@pytest.fixture
def send() -> Callable[..., Any]:
    """Sends JSON with the storefront's key: status, body."""

    def send(method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        data = "" if body is None else json.dumps(body)
        response = Client().generic(
            method, path, data, content_type="application/json", headers={"X-API-Key": KEY, **headers}
        )
        return response.status_code, response.json()

    return send


@pytest.fixture
def browse() -> Callable[..., Any]:
    """Sends JSON from the browser of an order's customer, without a key."""

    def browse(method: str, path: str, body: Any = None, *, order: Order, **headers: str) -> tuple[int, Any]:
        expires_at = clock.now() + timedelta(days=1)
        token = mint_token(order_id=order.pk, purpose=Purpose.CUSTOMER, expires_at=expires_at)
        data = "" if body is None else json.dumps(body)
        response = Client().generic(
            method,
            path,
            data,
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}", **headers},
        )
        return response.status_code, response.json()

    return browse
