"""The link of a prompt: on to the storefront or a page of ours, for one order, for a while, and without a trace."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from checkout.actions.sweep_checkouts import sweep_checkouts
from checkout.links import Purpose, mint_token, read_token
from checkout.models import Customer, Orchestration, OrchestrationEvent
from smplat import clock
from smplat.ids import new_id
from tests.checkout.recovery import LATER, prompts, set_checkout, set_policy

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_link(client):
    """Opens the link of an order, as a mail program does."""

    def open_link(order, *, purpose=Purpose.RESUME, lifetime=timedelta(days=7)):
        token = mint_token(order_id=order.pk, purpose=purpose, expires_at=clock.now() + lifetime)
        return client.get(f"/r/{token}")

    return open_link


def test_the_page_says_what_is_missing_and_what_comes_next(place, open_link):
    Customer.objects.update(locale="de-DE")
    order = place()
    page = open_link(order)
    assert page.status_code == 200
    text = page.content.decode()
    assert f"Order {order.order_number}" in text
    assert "Its payment is not complete yet." in text
    assert "choose how you want to pay. Your order is kept." in text
    assert "€149.00" in text
    assert text.count('aria-current="step"') == 1


def test_the_page_is_for_nobody_else(place, open_link):
    page = open_link(place())
    assert page["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert (page["X-Robots-Tag"], page["Referrer-Policy"]) == ("noindex", "no-referrer")


def test_opening_writes_nothing(place, open_link):
    order = place()
    before = Orchestration.objects.values().get()
    open_link(order)
    assert Orchestration.objects.values().get() == before
    assert OrchestrationEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("order_status", "checkout", "heading"),
    [
        ("canceled", {}, "This order was canceled"),
        ("on_hold", {}, "Your order is on hold"),
        ("processing", {"current_stage": "verification"}, "One check is left before we can begin"),
        ("processing", {"current_stage": "loyalty_hold"}, "Your points or vouchers wait for you"),
        ("active", {"current_stage": "fulfillment"}, "Your order is in the making"),
        (
            "completed",
            {"current_stage": "completed", "stage_status": "completed", "completed_at": LATER},
            "Your order is complete",
        ),
    ],
)
def test_the_page_follows_the_order(place, open_link, order_status, checkout, heading):
    order = place()
    type(order).objects.filter(pk=order.pk).update(status=order_status)
    if checkout:
        set_checkout(order, **checkout)
    assert f"<h1>{heading}</h1>" in open_link(order).content.decode()


def test_a_failed_attempt_is_named(place, open_link):
    order = place()
    set_checkout(order, stage_status="failed", failed_at=LATER)
    assert "The last attempt did not go through." in open_link(order).content.decode()


def test_an_expired_link_says_so(place, open_link):
    order = place()
    page = open_link(order, lifetime=timedelta(seconds=-1))
    assert page.status_code == 410
    assert order.order_number not in page.content.decode()


def test_a_link_that_was_changed_or_is_for_something_else_opens_nothing(place, open_link, client):
    order = place()
    token = mint_token(order_id=order.pk, purpose=Purpose.RESUME, expires_at=clock.now() + timedelta(days=1))
    answers = [client.get(f"/r/{token[:-1]}"), client.get("/r/nonsense"), open_link(order, purpose=Purpose.CUSTOMER)]
    assert {answer.status_code for answer in answers} == {404}


def test_the_link_of_an_order_that_is_gone_opens_nothing(db, open_link, place):
    order = place()
    order.pk = new_id()
    assert open_link(order).status_code == 404


def test_a_link_signed_with_a_former_key_still_works(place, client, settings):
    token = mint_token(order_id=place().pk, purpose=Purpose.RESUME, expires_at=clock.now() + timedelta(days=1))
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-that-is-long-enough-to-be-one-" * 2
    assert client.get(f"/r/{token}").status_code == 200


def test_only_reading_is_possible(place, client):
    token = mint_token(order_id=place().pk, purpose=Purpose.RESUME, expires_at=clock.now() + timedelta(days=1))
    assert client.post(f"/r/{token}").status_code == 405


def test_with_a_storefront_the_link_goes_on_with_a_token_for_its_browser(place, open_link, settings):
    settings.HAS_FRONTEND, settings.FRONTEND_URL = True, "https://shop.example.test"
    order = place()
    answer = open_link(order)
    assert answer.status_code == 302
    target = urlsplit(answer["Location"])
    assert (target.netloc, target.path) == ("shop.example.test", "/checkout/resume")
    query = parse_qs(target.query)
    assert query["order"] == [str(order.pk)]
    assert read_token(query["token"][0], purpose=Purpose.CUSTOMER, now=clock.now()) == order.pk
    assert answer["Referrer-Policy"] == "no-referrer"


def test_the_link_in_a_prompt_is_such_a_link_and_lives_as_long_as_the_policy_says(place):
    set_policy(link_lifetime_hours=48)
    order = place()
    sweep_checkouts(sweep_id=new_id(), limit=10, now=LATER)
    payload = prompts()[0].payload
    token = payload["url"].rpartition("/r/")[2]
    almost = LATER + timedelta(hours=47, minutes=59)
    assert read_token(token, purpose=Purpose.RESUME, now=almost) == order.pk
    assert payload["link_days"] == 2
