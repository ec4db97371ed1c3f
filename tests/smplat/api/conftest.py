"""Keys to call the probe views with."""

from collections.abc import Callable, Collection, Iterator

import pytest
from django.test import Client
from redis import Redis

from smplat import clock
from smplat.api.actions.issue_api_key import IssuedKey, issue_api_key
from smplat.api.authentication import directory
from smplat.api.cors import origins
from smplat.api.keys import KeyKind
from smplat.api.models import ApiClient

SHOP = "https://shop.example.com"


@pytest.fixture(autouse=True)
def _empty_memories(settings) -> Iterator[None]:
    """No test sees keys, origins or counts of another."""
    directory.forget()
    origins.forget()
    redis = Redis.from_url(settings.REDIS_URL)
    for key in redis.scan_iter("throttle:*"):
        redis.delete(key)
    redis.close()
    yield
    directory.forget()
    origins.forget()


Issue = Callable[..., IssuedKey]


@pytest.fixture
def issue(db) -> Issue:
    """Issue keys of one client."""
    client = ApiClient.objects.create(name="Storefront")

    def issue(scopes: Collection[str], *, allowed_origins: Collection[str] = (), **changes) -> IssuedKey:
        facts = {
            "client_id": client.pk,
            "name": "test",
            "kind": KeyKind.PUBLISHABLE if allowed_origins else KeyKind.SECRET,
            "scopes": scopes,
            "allowed_origins": allowed_origins,
            "by": "tests",
            "now": clock.now(),
        }
        return issue_api_key(**(facts | changes))

    return issue


@pytest.fixture
def api() -> Client:
    """A client that shows a 500 instead of raising it."""
    return Client(raise_request_exception=False)
