"""The order page and its dialogs in a real browser."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from checkout.actions.create_order import NewItem, NewOrder, create_order
from checkout.customers import CustomerDetails
from checkout.models import Escalation, Order, RecoveryAssignment, RecoveryDecision
from checkout.policies import create_missing_policies
from checkout.rules.prices import Line
from guardrails.models import Provider
from merchandising.models import Product
from smplat import clock
from tests.browser.accessibility import barriers, scrolls_sideways
from tests.browser.conftest import DESK, PHONE

pytestmark = pytest.mark.django_db(transaction=True)
SignIn = Callable[..., Page]
PLACED = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def order() -> Order:
    create_missing_policies(now=PLACED)
    provider = Provider.objects.create(
        id="prov-9", name="Acme SMM", is_paused=True, paused_at=PLACED, created_at=PLACED
    )
    product = Product.objects.create(
        slug="reels",
        title="Reels starter",
        base_price=Decimal(149),
        currency="EUR",
        status="active",
        channels=["storefront"],
        provider=provider,
        created_at=PLACED,
        updated_at=PLACED,
    )
    line = Line(product.pk, 1, Decimal(149), Decimal(149))
    customer = CustomerDetails(email="ada@example.test", name="Ada", locale="en-GB", time_zone="Europe/London")
    new = NewOrder(items=(NewItem(line, "Reels starter"),), currency="EUR", customer=customer)
    created = create_order(new=new, may_override_price=False, placed_at=PLACED, now=clock.now())
    return Order.objects.get(pk=created.order.pk)


@pytest.mark.parametrize("look", [(DESK, "light"), (DESK, "dark"), (PHONE, "light")], ids=["desk", "dark", "phone"])
def test_the_pages_of_the_checkout_are_readable_everywhere(
    look: tuple[dict[str, int], str],
    order: Order,
    console_as: SignIn,
    elsewhere: list[str],
    complaints: list[str],
) -> None:
    viewport, scheme = look
    page = console_as("operator", viewport=viewport, scheme=scheme)
    RecoveryAssignment.objects.create(
        order=order, stage="payment", policy_version=1, arm="prompted", assigned_at=clock.now() - timedelta(days=20)
    )
    decide = {"order": order, "stage": "payment", "policy_version": 1, "decided_at": clock.now() - timedelta(hours=1)}
    RecoveryDecision.objects.create(action="hold", reason="provider-paused", **decide)
    Escalation.objects.create(order=order, stage="payment", reason="manual", opened_at=PLACED, deadline_at=PLACED)
    wrong = []
    for address in (f"order/{order.pk}/change/", "recovery/", "recovery/results/", "recovery/policies/payment/"):
        page.goto(f"/admin/checkout/{address}", wait_until="networkidle")
        wrong += [f"{address}: {barrier}" for barrier in barriers(page)]
        wrong += [f"{address}: wider than the window"] if scrolls_sideways(page) else []
    assert (wrong, elsewhere, complaints) == ([], [], [])


def test_a_status_is_changed_in_a_dialog_and_the_story_tells_it(order: Order, console_as: SignIn) -> None:
    page = console_as("operator")
    page.goto(f"/admin/checkout/order/{order.pk}/change/")
    page.locator("li > a", has_text="Move").click()
    page.locator("nav a", has_text="Change status").click()
    expect(page.get_by_text("It is pending, in stage payment (not started).")).to_be_visible()
    page.get_by_label("New status").select_option("processing")
    page.get_by_label("Note").fill("paid by transfer")
    page.get_by_role("button", name="Change status").click()
    expect(page.get_by_text("The order is processing.")).to_be_visible()
    expect(page.get_by_text("Pending → Processing")).to_be_visible()
    order.refresh_from_db()
    assert order.status == "processing"
