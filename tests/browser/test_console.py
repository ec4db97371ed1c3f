"""The console in a real browser: every page that a person can open from the sidebar, on a desk and on a phone, light and dark."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from axes.models import AccessAttempt
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from smplat.api.models import ApiClient, ApiKey
from smplat.console import attention, navigation, overview
from smplat.console.attention import AttentionContext, Card, Severity
from smplat.outbox.models import Message
from tests.browser.accessibility import barriers, scrolls_sideways
from tests.browser.conftest import DESK, PHONE

pytestmark = pytest.mark.django_db(transaction=True)

SignIn = Callable[..., Page]


def _stuck(context: AttentionContext) -> Iterator[Card]:
    """Orders that stand still."""
    for severity in Severity:
        yield Card(
            title=f"Orders that stand still ({severity.label})",
            count=12_345,
            detail="A long sentence about what waits here and what to do about it, <b>harmless</b>, and_a_very_long_word_"
            + "x" * 80,
            url=reverse("admin:profile"),
            severity=severity,
            permission="console.view_user",
            money={"EUR": Decimal("1234567.5"), "USD": Decimal(3)},
            oldest_at=datetime(2026, 1, 1, tzinfo=UTC),
        )


def _quiet(context: AttentionContext) -> list[Card]:
    """Orders that stand still."""
    return []


def _figures(now: datetime) -> Iterator[overview.Figure]:
    yield overview.Figure(
        title="Events in the last hour", value="1,234,567", detail="0.42 % clicks", url=reverse("admin:profile")
    )


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "_providers", {"stuck": _stuck})
    monkeypatch.setattr(overview, "_providers", {"figures": _figures})


def _addresses() -> list[str]:
    return [
        *(reverse(link.url_name) for link in navigation.links()),
        reverse("admin:profile"),
        reverse("admin:password_change"),
    ]


@pytest.mark.parametrize(
    ("viewport", "scheme"), [(DESK, "light"), (DESK, "dark"), (PHONE, "light")], ids=["desk", "dark", "phone"]
)
def test_every_page_of_the_sidebar_stays_on_this_host_and_within_the_window(
    viewport: dict[str, int], scheme: str, console_as: SignIn, elsewhere: list[str], complaints: list[str]
) -> None:
    page, wrong = console_as("admin", viewport=viewport, scheme=scheme), []
    for address in _addresses():
        answer = page.goto(address, wait_until="networkidle")
        assert answer is not None
        wrong += [f"{address}: {answer.status}"] if answer.status != 200 else []
        wrong += [f"{address}: {barrier}" for barrier in barriers(page)]
        wrong += [f"{address}: wider than the window"] if scrolls_sideways(page) else []
    assert (wrong, elsewhere, complaints) == ([], [], [])


def test_a_card_leads_to_where_its_work_is_done(console_as: SignIn, busy: None) -> None:
    page = console_as("admin")
    page.goto("/admin/")
    page.get_by_role("link", name="Orders that stand still (Critical)").click()
    assert urlsplit(page.url).path == "/admin/profile/"


def test_the_first_page_says_that_nothing_needs_a_person(console_as: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "_providers", {"quiet": _quiet})
    page = console_as("viewer")
    page.goto("/admin/")
    expect(page.get_by_role("heading", name="Nothing needs you")).to_be_visible()


def test_a_person_signs_in_and_out(
    live_server: LiveServer, open_context: Callable[..., object], console_as: SignIn
) -> None:
    page = console_as("viewer")
    page.goto("/admin/")
    page.locator("#nav-sidebar").get_by_text("viewer").click()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/admin/logout/")
    page.goto("/admin/")
    assert urlsplit(page.url).path == "/admin/login/"


@pytest.mark.parametrize(
    ("viewport", "scheme"), [(DESK, "light"), (DESK, "dark"), (PHONE, "light")], ids=["desk", "dark", "phone"]
)
def test_the_login_page_is_readable_everywhere(
    viewport: dict[str, int],
    scheme: str,
    open_context: Callable[..., object],
    elsewhere: list[str],
    complaints: list[str],
) -> None:
    page = open_context(viewport=viewport, scheme=scheme).new_page()
    page.goto("/admin/login/")
    assert (barriers(page), scrolls_sideways(page), elsewhere, complaints) == ([], False, [], [])


def test_a_dialog_acts_only_after_it_was_confirmed(console_as: SignIn) -> None:
    AccessAttempt.objects.create(username="eve", ip_address="203.0.113.9", failures_since_start=9)
    page = console_as("admin")
    page.goto("/admin/axes/accessattempt/")
    page.locator("#result_list").get_by_role("link", name="eve").click()
    page.get_by_role("link", name="Lift lockout").click()
    expect(page.get_by_text("Let this person try to sign in again at once?")).to_be_visible()
    assert AccessAttempt.objects.exists()
    page.get_by_role("button", name="Lift lockout").click()
    page.wait_for_url("**/admin/axes/accessattempt/")
    expect(page.get_by_text("eve may try again.")).to_be_visible()
    assert not AccessAttempt.objects.exists()


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_a_key_is_issued_shown_once_and_revoked(
    viewport: dict[str, int], console_as: SignIn, elsewhere: list[str], complaints: list[str]
) -> None:
    shop = ApiClient.objects.create(name="Storefront")
    page = console_as("admin", viewport=viewport)
    page.goto(f"/admin/api/clients/{shop.pk}/issue-key/")
    page.get_by_label("Name").fill("production")
    page.get_by_label("Record offer events").check()
    page.get_by_role("button", name="Issue the key").click()
    secret = page.locator("#secret").inner_text()
    assert secret.startswith("sk_")
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#secret-copied")).not_to_be_empty()
    assert (barriers(page), scrolls_sideways(page)) == ([], False)
    page.get_by_role("link", name="I have kept it").click()
    assert secret not in page.content()
    page.goto(page.url.replace("change", "revoke"))
    assert not ApiKey.objects.exclude(revoked_at=None).exists()
    assert (elsewhere, complaints) == ([], [])


def test_a_dialog_fits_a_phone(console_as: SignIn) -> None:
    AccessAttempt.objects.create(username="eve", ip_address="203.0.113.9", failures_since_start=9)
    page = console_as("admin", viewport=PHONE)
    page.goto("/admin/axes/accessattempt/")
    page.locator(".field-actions_holder span").first.click()
    page.get_by_role("link", name="Lift lockout").click()
    expect(page.get_by_text("Let this person try to sign in again at once?")).to_be_visible()
    box = page.locator("#modal-content").bounding_box()
    assert box is not None
    assert 0 <= box["x"] <= PHONE["width"] - box["width"]


def test_the_command_search_opens_a_page(console_as: SignIn) -> None:
    page = console_as("admin")
    page.goto("/admin/")
    page.keyboard.press("Control+k")
    page.locator("#search-input-command").press_sequentially("failed lo")
    page.locator("#command-results").get_by_text("Failed logins").click()
    page.wait_for_url("**/admin/axes/accessattempt/")


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_a_message_of_long_words_stays_within_the_window(viewport: dict[str, int], console_as: SignIn) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    message = Message.objects.create(
        topic="outbox.test",
        channel="email",
        recipient="ada@example.test",
        dedupe_key="k" * 150,
        payload={"url": "https://shop.example/r/" + "x" * 200, "next": "A sentence. " * 20},
        due_at=moment,
        created_at=moment,
    )
    page = console_as("operator", viewport=viewport)
    page.goto(f"/admin/outbox/message/{message.pk}/change/")
    assert not scrolls_sideways(page)
    contents = page.locator(".readonly pre").bounding_box()
    frame = page.locator("fieldset.module").first.bounding_box()
    assert contents is not None
    assert frame is not None
    assert contents["x"] + contents["width"] <= frame["x"] + frame["width"]


def test_a_switch_is_flipped_on_a_phone_without_scrolling_sideways(console_as: SignIn) -> None:
    page = console_as("on-call", viewport=PHONE)
    page.goto("/admin/operations/switches/")
    box = page.get_by_role("link", name="Turn Checkout recovery off").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= PHONE["width"]


def test_a_runbook_is_readable(console_as: SignIn, complaints: list[str]) -> None:
    page = console_as("on-call", viewport=PHONE)
    page.goto("/admin/operations/runbooks/checkout-recovery/")
    assert (barriers(page), scrolls_sideways(page), complaints) == ([], False, [])
