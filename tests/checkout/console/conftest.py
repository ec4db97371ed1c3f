"""Signed-in people of each role."""

from collections.abc import Callable

import pytest
from django.test import Client

from smplat.console.models import User


@pytest.fixture
def signed_in(person: Callable[..., User]) -> Callable[[str], Client]:
    """A browser of a person with one role: signed_in("operator")."""

    def sign_in(role: str) -> Client:
        client = Client()
        client.force_login(person(role, role))
        return client

    return sign_in
