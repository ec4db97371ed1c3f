"""A real browser against a live server. Skipped, with the reason, where no Chromium is in PATH."""

import os
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from smplat.console.models import User
from smplat.console.roles_sync import sync_roles
from tests.browser.chromium import find_chromium, launched

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = find_chromium()
    if executable is None:
        pytest.skip("no chromium in PATH: apt-get install chromium")
    with launched(executable) as running:
        # Playwright runs an event loop in this thread, so Django takes every query for one of a coroutine.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        yield running
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def elsewhere() -> list[str]:
    """Addresses outside of the live server that a page asked for; a test may assert that there are none."""
    return []


@pytest.fixture
def complaints() -> list[str]:
    """What pages wrote to the browser's console as errors: failed scripts, refused content, missing files."""
    return []


@pytest.fixture
def open_context(
    browser: Browser, live_server: LiveServer, elsewhere: list[str], complaints: list[str]
) -> Iterator[Callable[..., BrowserContext]]:
    """Opens browser profiles that reach the live server and nothing else."""
    contexts = []
    host = urlsplit(live_server.url).netloc

    def make(*, viewport: dict[str, int] = DESK, scheme: str = "light") -> BrowserContext:
        context = browser.new_context(base_url=live_server.url, viewport=viewport, color_scheme=scheme)
        context.route(
            lambda url: urlsplit(url).netloc not in {host, ""},
            lambda route: (elsewhere.append(route.request.url), route.abort()),
        )
        context.on(
            "console",
            lambda message: (
                complaints.append(f"{message.page.url}: {message.text}") if message.type == "error" else None
            ),
        )
        context.on("weberror", lambda failure: complaints.append(str(failure.error)))
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def console_as(open_context: Callable[..., BrowserContext], live_server: LiveServer) -> Callable[..., Page]:
    """A page signed in with roles: console_as("analyst", viewport=PHONE, scheme="dark")."""

    def sign_in(*roles: str, viewport: dict[str, int] = DESK, scheme: str = "light") -> Page:
        sync_roles()
        user, _ = User.objects.get_or_create(username="-".join(roles) or "nobody", defaults={"is_staff": True})
        user.groups.set(Group.objects.filter(name__in=roles))
        client = Client()
        client.force_login(user)
        context = open_context(viewport=viewport, scheme=scheme)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        return context.new_page()

    return sign_in
