"""A storefront that calls the API."""

from typing import Any

import pytest
from django.test import Client

KEY = "a-key-of-the-environment"


@pytest.fixture
def storefront(settings: Any) -> Client:
    """A client whose key may do what every storefront may."""
    settings.CHECKOUT_API_KEY = KEY
    return Client(headers={"X-API-Key": KEY})
