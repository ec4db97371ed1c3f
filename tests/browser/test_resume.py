"""The page behind a prompt's link, in a real browser: readable for everybody, on a desk and on a phone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, expect

from checkout.links import Purpose, mint_token
from checkout.models import Order
from smplat import clock
from tests.browser.accessibility import barriers, scrolls_sideways
from tests.browser.conftest import DESK, PHONE
from tests.checkout.conftest import new_order, place, product, provider
from tests.checkout.recovery import set_checkout

__all__ = ["new_order", "place", "product", "provider"]

pytestmark = pytest.mark.django_db(transaction=True)


def link_to(order: Order, *, lifetime: timedelta = timedelta(hours=1)) -> str:
    return "/r/" + mint_token(order_id=order.pk, purpose=Purpose.RESUME, expires_at=clock.now() + lifetime)


@pytest.fixture
def order(place: Callable[..., Order]) -> Order:
    order = place(quantity=10)
    Order.objects.filter(pk=order.pk).update(status="processing")
    set_checkout(order, current_stage="verification", stage_status="failed", failed_at=clock.now())
    return order


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_everybody_can_read_how_the_order_stands(
    order: Order,
    open_context: Callable[..., BrowserContext],
    complaints: list[str],
    viewport: dict[str, int],
    scheme: str,
) -> None:
    page = open_context(viewport=viewport, scheme=scheme).new_page()
    page.goto(link_to(order))
    expect(page.get_by_role("heading", level=1)).to_have_text("One check is left before we can begin")
    expect(page.locator("[aria-current=step]")).to_contain_text("Check")
    assert barriers(page) == []
    assert not scrolls_sideways(page)
    assert complaints == []


def test_an_expired_link_is_readable_too(order: Order, open_context: Callable[..., BrowserContext]) -> None:
    page = open_context(viewport=PHONE).new_page()
    page.goto(link_to(order, lifetime=timedelta(seconds=-1)))
    expect(page.get_by_role("heading", level=1)).to_have_text("This link has expired")
    assert barriers(page) == []
