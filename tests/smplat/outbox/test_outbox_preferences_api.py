"""GET and PATCH /api/v1/notifications/preferences/{user_id}."""

import pytest

from smplat.outbox.models import Preference, PreferenceChange
from tests.smplat.outbox.conftest import ANA

pytestmark = pytest.mark.django_db

PATH = f"/api/v1/notifications/preferences/{ANA}"
DEFAULTS = {
    "order_updates": True,
    "payment_updates": True,
    "fulfillment_alerts": True,
    "marketing_messages": False,
    "billing_alerts": True,
    "onboarding": True,
    "last_selected_order_id": None,
}


@pytest.fixture
def key(settings) -> dict[str, str]:
    settings.CHECKOUT_API_KEY = "a-storefront-key"
    return {"X-API-Key": "a-storefront-key"}


def patch(client, key, body, path=PATH):
    return client.patch(path, body, content_type="application/json", headers=key)


@pytest.mark.parametrize("slash", ["", "/"])
def test_reading_answers_the_defaults_and_writes_nothing(client, key, slash):
    response = client.get(PATH + slash, headers=key)
    assert (response.status_code, response.json()) == (200, DEFAULTS)
    assert Preference.objects.count() == 0


def test_a_change_keeps_what_it_does_not_name_and_ignores_null(client, key):
    response = patch(client, key, {"order_updates": False, "billing_alerts": None, "someday": 1})
    assert response.json() == DEFAULTS | {"order_updates": False}
    assert client.get(PATH, headers=key).json() == response.json()


def test_null_clears_the_last_selected_order(client, key):
    patch(client, key, {"last_selected_order_id": str(ANA)})
    assert client.get(PATH, headers=key).json()["last_selected_order_id"] == str(ANA)
    patch(client, key, {"order_updates": False})
    assert client.get(PATH, headers=key).json()["last_selected_order_id"] == str(ANA)
    assert patch(client, key, {"last_selected_order_id": None}).json()["last_selected_order_id"] is None


def test_the_same_change_twice_leaves_one_line_of_evidence(client, key):
    for _ in range(2):
        patch(client, key, {"marketing_messages": True})
    assert PreferenceChange.objects.values_list("category", "wants", "source").get() == (
        "marketing_messages",
        True,
        "api",
    )


@pytest.mark.parametrize(
    ("body", "loc"),
    [
        ({"order_updates": "no"}, ["body", "order_updates"]),
        ({"onboarding": 1}, ["body", "onboarding"]),
        ({"last_selected_order_id": "x"}, ["body", "last_selected_order_id"]),
        ({"last_selected_order_id": 5}, ["body", "last_selected_order_id"]),
        ([], ["body"]),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_whole(client, key, body, loc):
    response = patch(client, key, {"payment_updates": False} | body if isinstance(body, dict) else body)
    assert (response.status_code, response.json()["detail"][0]["loc"]) == (422, loc)
    assert Preference.objects.count() == 0


def test_an_id_that_is_no_uuid_is_refused(client, key):
    response = client.get("/api/v1/notifications/preferences/7", headers=key)
    assert (response.status_code, response.json()["detail"][0]["loc"]) == (422, ["path", "user_id"])


@pytest.mark.parametrize("method", ["get", "patch"])
def test_without_a_key_nothing_is_told_or_changed(client, method):
    response = getattr(client, method)(PATH, {}, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (401, "invalid-api-key")
