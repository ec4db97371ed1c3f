"""The beacon in a real browser, from a page of another origin."""

import json
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from analytics.models import OfferEvent
from smplat import clock
from smplat.api import cors
from smplat.api.actions.issue_api_key import issue_api_key
from smplat.api.keys import KeyKind
from smplat.api.models import ApiClient
from smplat.api.scopes import Scope

PAGE = """<!doctype html><title>shop</title><script src="{server}/static/smplat-beacon.js"></script>"""


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nothing on the test's output."""


def served(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def shop(tmp_path: Path, live_server: LiveServer) -> Iterator[str]:
    """The origin of a storefront that is not the platform's."""
    (tmp_path / "index.html").write_text(PAGE.replace("{server}", live_server.url))
    yield from served(tmp_path)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context() as opened:
        yield opened


def issue_key(origin: str) -> str:
    client = ApiClient.objects.create(name="shop", owner="tests")
    issued = issue_api_key(
        client_id=client.pk,
        name="browser",
        kind=KeyKind.PUBLISHABLE,
        scopes=[Scope.EVENTS_WRITE],
        allowed_origins=[origin],
        expires_at=None,
        by="tests",
        now=clock.now(),
    )
    cors.origins.forget()
    return issued.plaintext


def start(page: Page, shop: str, live_server: LiveServer, key: str) -> None:
    page.goto(shop + "/index.html")
    page.evaluate(
        f"smplat.init({json.dumps({'endpoint': live_server.url + '/api/analytics/offer-events', 'key': key})})"
    )


def track(page: Page, count: int = 1) -> list[str]:
    return [
        page.evaluate("smplat.track({offerSlug: 'summer', eventType: 'impression', cartTotal: 12.5, currency: 'EUR'})")
        for _ in range(count)
    ]


def waiting(page: Page) -> int:
    return page.evaluate("Object.keys(localStorage).filter(k => k.length > 8).length")


def is_empty(page: Page) -> None:
    page.wait_for_function("Object.keys(localStorage).filter(k => k.length > 8).length === 0", timeout=20_000)


def stored() -> list[str]:
    return sorted(str(identity) for identity in OfferEvent.objects.values_list("event_id", flat=True))


def until(page: Page, condition: Callable[[], bool]) -> None:
    for _ in range(100):
        if condition():
            return
        page.wait_for_timeout(100)
    pytest.fail("did not happen within ten seconds")


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def test_events_of_another_origin_arrive_in_a_batch(page: Page, shop: str, live_server: LiveServer) -> None:
    start(page, shop, live_server, issue_key(shop))
    ids = track(page, 3)
    is_empty(page)
    assert stored() == sorted(ids)
    event = OfferEvent.objects.first()
    assert (event.offer_slug, str(event.cart_total), event.currency) == ("summer", "12.50", "EUR")


def test_what_could_not_be_sent_offline_arrives_once_when_online(
    page: Page, context: BrowserContext, shop: str, live_server: LiveServer
) -> None:
    start(page, shop, live_server, issue_key(shop))
    is_empty(page)
    context.set_offline(True)
    ids = track(page, 2)
    page.wait_for_timeout(600)
    assert (waiting(page), stored()) == (2, [])
    context.set_offline(False)
    is_empty(page)
    assert stored() == sorted(ids)


def test_a_page_that_closes_at_once_still_delivers(
    page: Page, context: BrowserContext, shop: str, live_server: LiveServer
) -> None:
    other = context.new_page()
    start(page, shop, live_server, issue_key(shop))
    ids = track(page)
    page.close(run_before_unload=True)
    until(other, lambda: stored() == ids)


def test_what_a_closed_page_left_behind_is_confirmed_by_the_next_and_stored_once(
    page: Page, context: BrowserContext, shop: str, live_server: LiveServer
) -> None:
    key = issue_key(shop)
    start(page, shop, live_server, key)
    ids = track(page)
    page.goto(shop + "/index.html")
    start(page, shop, live_server, key)
    is_empty(page)
    assert stored() == ids


def test_two_tabs_neither_lose_nor_double(
    page: Page, context: BrowserContext, shop: str, live_server: LiveServer
) -> None:
    key, other = issue_key(shop), context.new_page()
    for tab in (page, other):
        start(tab, shop, live_server, key)
    ids = [identity for _ in range(5) for tab in (page, other) for identity in track(tab)]
    is_empty(page)
    assert stored() == sorted(ids)


def test_a_server_that_is_busy_is_asked_again_with_the_same_ids(
    page: Page, context: BrowserContext, shop: str, live_server: LiveServer
) -> None:
    answers = []

    def busy_once(route: Any) -> None:
        if route.request.method == "POST" and not answers:
            answers.append(route.request.post_data)
            route.fulfill(status=503, headers={"Access-Control-Allow-Origin": shop, "Retry-After": "1"})
        else:
            route.fallback()

    context.route("**/api/analytics/offer-events", busy_once)
    start(page, shop, live_server, issue_key(shop))
    ids = track(page)
    is_empty(page)
    assert [event["eventId"] for event in json.loads(answers[0])] == ids == stored()


def test_a_shop_that_filled_the_storage_loses_no_event(page: Page, shop: str, live_server: LiveServer) -> None:
    start(page, shop, live_server, issue_key(shop))
    page.evaluate(
        """for (const size of [65536, 1024, 1])
            try { for (let i = 0; ; i++) localStorage[`cart-${size}-${i}`] = "x".repeat(size); } catch {}"""
    )
    ids = track(page, 2)
    until(page, lambda: stored() == sorted(ids))


def test_an_event_that_is_no_json_is_refused_and_takes_no_other_with_it(
    page: Page, shop: str, live_server: LiveServer
) -> None:
    start(page, shop, live_server, issue_key(shop))
    refusal = page.evaluate(
        """() => {
            smplat.track({offerSlug: "summer", eventType: "impression"});
            const metadata = {};
            metadata.itself = metadata;
            try { smplat.track({offerSlug: "summer", eventType: "impression", metadata}); } catch (e) { return e.name; }
        }"""
    )
    assert refusal == "TypeError"
    until(page, lambda: len(stored()) == 1)


def test_a_page_of_a_foreign_origin_is_refused(page: Page, shop: str, live_server: LiveServer) -> None:
    start(page, shop, live_server, issue_key("https://another.example"))
    track(page)
    page.wait_for_timeout(1_500)
    assert (waiting(page), stored()) == (1, [])


@pytest.mark.django_db
def test_the_key_of_a_page_can_do_nothing_but_send(client: Client, shop: str) -> None:
    key = issue_key(shop)
    headers = {"X-API-Key": key, "Origin": shop}
    for address in ("/api/v1/analytics/preset-events", "/api/v1/analytics/preset-events?key=" + key):
        assert client.get(address, headers=headers).status_code == 403


def test_the_script_is_tiny() -> None:
    assert (settings.BASE_DIR / "static" / "smplat-beacon.js").stat().st_size < 4_000
