"""A client ticks a task on the checklist page, and the operator sees it on the open journey page."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from checkout.links import Purpose, mint_token
from onboarding.models import Journey
from smplat import clock
from tests.browser.accessibility import barriers, scrolls_sideways
from tests.browser.conftest import DESK, PHONE
from tests.onboarding.conftest import _defaults, begin, new_order, now, place, product, provider

__all__ = ["_defaults", "begin", "new_order", "now", "place", "product", "provider"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def journey(begin: Callable[..., Journey]) -> Journey:
    return begin(at=clock.now() - timedelta(days=3))


@pytest.fixture
def checklist(journey: Journey) -> str:
    expires = clock.now() + timedelta(hours=1)
    return "/c/" + mint_token(order_id=journey.order_id, purpose=Purpose.CHECKLIST, expires_at=expires)


def test_a_tick_of_the_client_appears_on_the_open_journey_page(
    journey: Journey,
    checklist: str,
    console_as: Callable[..., Page],
    open_context: Callable[..., BrowserContext],
    complaints: list[str],
) -> None:
    operator = console_as("operator")
    operator.goto(f"/admin/onboarding/journey/{journey.pk}/change/")
    expect(operator.get_by_text("0 of 3 tasks done")).to_be_visible()
    client = open_context(viewport=PHONE).new_page()
    client.goto(checklist)
    client.get_by_role("button", name="Tick off: Tell us about your campaign").click()
    expect(client.get_by_role("status")).to_have_text("Thank you, that is ticked off.")
    # Nobody touches the operator's page.
    expect(operator.get_by_text("1 of 3 tasks done")).to_be_visible(timeout=15_000)
    expect(operator.get_by_text("Completed: Tell us about your campaign")).to_be_visible()
    assert complaints == []


def test_an_open_journey_page_shows_the_login_when_the_person_was_signed_out(
    journey: Journey, console_as: Callable[..., Page]
) -> None:
    operator = console_as("operator")
    operator.goto(f"/admin/onboarding/journey/{journey.pk}/change/")
    operator.context.clear_cookies()
    operator.wait_for_url("**/admin/login/**", timeout=15_000)


@pytest.mark.parametrize(
    ("viewport", "scheme"), [(DESK, "light"), (DESK, "dark"), (PHONE, "light")], ids=["desk", "dark", "phone"]
)
def test_the_checklist_is_readable_everywhere_and_by_keyboard(
    viewport: dict[str, int],
    scheme: str,
    checklist: str,
    open_context: Callable[..., BrowserContext],
    complaints: list[str],
) -> None:
    page = open_context(viewport=viewport, scheme=scheme).new_page()
    page.goto(checklist)
    assert (barriers(page), scrolls_sideways(page), complaints) == ([], False, [])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 3 done")).to_be_visible()


@pytest.mark.parametrize(
    ("viewport", "scheme"), [(DESK, "light"), (DESK, "dark"), (PHONE, "light")], ids=["desk", "dark", "phone"]
)
def test_the_journey_page_is_readable_everywhere(
    viewport: dict[str, int], scheme: str, journey: Journey, console_as: Callable[..., Page], complaints: list[str]
) -> None:
    page = console_as("operator", viewport=viewport, scheme=scheme)
    page.goto(f"/admin/onboarding/journey/{journey.pk}/change/")
    assert (barriers(page), scrolls_sideways(page), complaints) == ([], False, [])
