"""The page behind the link in every message."""

import pytest

from smplat.outbox.choices import Category
from smplat.outbox.models import Preference, PreferenceChange
from smplat.outbox.queries import get_preference
from smplat.outbox.unsubscribe import make_token
from tests.smplat.outbox.conftest import ANA

pytestmark = pytest.mark.django_db


@pytest.fixture
def link() -> str:
    return "/unsubscribe/" + make_token(recipient_id=ANA, category=Category.ORDER_UPDATES)


def changes():
    return list(PreferenceChange.objects.order_by("id").values_list("category", "wants", "source"))


def test_following_the_link_changes_nothing(client, link):
    assert client.get(link).status_code == 200
    assert Preference.objects.count() == 0


def test_the_mail_programs_button_unsubscribes_without_a_page_or_a_session(client, link):
    response = client.post(link, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert (response.status_code, response.cookies) == (200, {})
    assert get_preference(ANA).order_updates is False
    assert changes() == [("order_updates", False, "one-click")]


def test_pressing_twice_is_once(client, link):
    for _ in range(2):
        client.post(link, {"List-Unsubscribe": "One-Click"})
    assert changes() == [("order_updates", False, "one-click")]


def test_our_button_stops_the_category_of_the_message_and_says_so(client, link):
    response = client.post(link, {"stop": "1"}, follow=True)
    assert "Your choices are saved." in response.content.decode()
    assert changes() == [("order_updates", False, "link")]


def test_the_form_sets_every_category(client, link):
    client.post(link, {"save": "1", "wanted": ["marketing_messages", "billing_alerts", "nonsense"]})
    preference = get_preference(ANA)
    assert {category.value for category in Category if preference.allows(category)} == {
        "marketing_messages",
        "billing_alerts",
    }


def test_a_post_that_says_nothing_changes_nothing(client, link):
    client.post(link, {})
    assert changes() == []


@pytest.mark.parametrize("token", ["x", "ImEi:1:2", "a" * 5000, "%00", "..%2f"])
def test_a_link_that_is_not_ours_is_a_friendly_404(client, token):
    for response in (client.get(f"/unsubscribe/{token}"), client.post(f"/unsubscribe/{token}", {"stop": "1"})):
        assert response.status_code == 404
    assert Preference.objects.count() == 0


def test_a_changed_link_does_not_work(client, link):
    other = link[:-1] + ("A" if link[-1] != "A" else "B")
    assert client.get(other).status_code == 404


def test_links_survive_a_change_of_the_secret_key(client, link, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 50, [settings.SECRET_KEY]
    assert client.get(link).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get(link).status_code == 404


def test_the_page_is_not_kept_indexed_or_referred(client, link):
    response = client.get(link)
    assert "no-store" in response["Cache-Control"]
    assert (response["X-Robots-Tag"], response["Referrer-Policy"]) == ("noindex", "no-referrer")
