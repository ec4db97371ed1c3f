"""Keys in the console: the secret is shown once and kept nowhere, ends are confirmed, explained and permitted."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client

from smplat.api.key_states import KeyState, state_of
from smplat.api.keys import hash_key
from smplat.api.models import ApiClient, ApiKey
from smplat.console.models import User
from smplat.ids import new_id

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
_SECRET = re.compile(r'id="secret">([^<]+)<')

in_database = pytest.mark.django_db(transaction=True)


@pytest.fixture
def storefront() -> ApiClient:
    return ApiClient.objects.create(name="Storefront")


@pytest.fixture
def ada(person: Callable[..., User]) -> Client:
    client = Client()
    client.force_login(person("ada", "admin"))
    return client


def _issue(ada: Client, storefront: ApiClient, **changes: object) -> HttpResponse:
    form = {"form_id": str(new_id()), "name": "production", "kind": "secret", "scopes": ["events:write"], **changes}
    return ada.post(f"/admin/api/clients/{storefront.pk}/issue-key/", form)


def _secret(response: HttpResponse) -> str:
    found = _SECRET.search(response.content.decode())
    assert found, response.content.decode()[:2000]
    return found[1]


@in_database
def test_the_secret_is_shown_in_the_answer_and_kept_nowhere(ada: Client, storefront: ApiClient) -> None:
    answer = _issue(ada, storefront)
    secret, key = _secret(answer), ApiKey.objects.get()
    assert key.hash == hash_key(secret)
    assert "no-store" in answer.headers["Cache-Control"]
    assert all(secret not in str(session.get_decoded()) for session in Session.objects.all())
    for address in (
        f"/admin/api/apikey/{key.pk}/change/",
        "/admin/api/apikey/",
        f"/admin/api/apiclient/{storefront.pk}/change/",
    ):
        page = ada.get(address)
        assert (page.status_code, secret in page.content.decode()) == (200, False)


@in_database
def test_a_form_that_is_sent_again_issues_nothing(ada: Client, storefront: ApiClient) -> None:
    form_id = str(new_id())
    _issue(ada, storefront, form_id=form_id)
    again = _issue(ada, storefront, form_id=form_id)
    assert "was used already" in again.content.decode()
    assert ApiKey.objects.count() == 1


@in_database
@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"kind": "publishable"},
        {"kind": "publishable", "allowed_origins": "not an origin"},
        {"kind": "publishable", "allowed_origins": "https://shop.example", "scopes": ["orders:write"]},
        {"allowed_origins": "https://shop.example"},
        {"expires_on": "2020-01-01"},
        {"expires_on": "soon"},
        {"form_id": "x"},
    ],
)
def test_what_makes_no_key_is_refused_beside_the_form(
    ada: Client, storefront: ApiClient, changes: dict[str, object]
) -> None:
    answer = _issue(ada, storefront, **changes)
    assert (answer.status_code, bool(answer.context["form"].errors), ApiKey.objects.count()) == (200, True, 0)


@in_database
def test_an_unknown_client_or_key_is_not_found(ada: Client) -> None:
    assert ada.get("/admin/api/clients/99/issue-key/").status_code == 404
    assert ada.get("/admin/api/keys/99/rotate/").status_code == 404


@in_database
def test_a_rotated_key_goes_on_until_the_overlap_ends(ada: Client, storefront: ApiClient) -> None:
    _issue(ada, storefront)
    old = ApiKey.objects.get()
    form = {"form_id": str(new_id()), "overlap_days": "7", "reason": "yearly"}
    fresh = _secret(ada.post(f"/admin/api/keys/{old.pk}/rotate/", form))
    old.refresh_from_db()
    assert old.replaced_by is not None
    assert old.replaced_by.hash == hash_key(fresh)
    assert old.expires_at is not None
    assert old.revoked_at is None


@in_database
def test_a_key_cannot_be_rotated_twice(ada: Client, storefront: ApiClient) -> None:
    _issue(ada, storefront)
    old = ApiKey.objects.get()
    answers = [
        ada.post(f"/admin/api/keys/{old.pk}/rotate/", {"form_id": str(new_id()), "overlap_days": "7", "reason": "x"})
        for _ in range(2)
    ]
    assert "replaced already" in answers[1].content.decode()
    assert ApiKey.objects.count() == 2


@in_database
def test_a_key_is_revoked_only_with_a_reason_and_by_post(ada: Client, storefront: ApiClient) -> None:
    _issue(ada, storefront)
    key = ApiKey.objects.get()
    address = f"/admin/api/apikey/{key.pk}/revoke/"
    ada.get(address)
    ada.post(address, {"_form_submitted": "on", "reason": ""})
    assert ApiKey.objects.get().revoked_at is None
    assert ada.post(address, {"_form_submitted": "on", "reason": "leaked"}).status_code == 302
    assert ApiKey.objects.get().revoked_at is not None


@in_database
def test_on_call_ends_keys_and_makes_none(person: Callable[..., User], ada: Client, storefront: ApiClient) -> None:
    _issue(ada, storefront)
    key, night = ApiKey.objects.get(), Client()
    night.force_login(person("nia", "on-call"))
    assert _issue(night, storefront).status_code == 403
    assert night.get(f"/admin/api/keys/{key.pk}/rotate/").status_code == 403
    assert (
        night.post(f"/admin/api/apikey/{key.pk}/revoke/", {"_form_submitted": "on", "reason": "leaked"}).status_code
        == 302
    )


@pytest.mark.parametrize(
    ("expires_at", "revoked_at", "state"),
    [
        (None, None, KeyState.ACTIVE),
        (NOW + timedelta(days=15), None, KeyState.ACTIVE),
        (NOW + timedelta(days=14), None, KeyState.ENDING),
        (NOW, None, KeyState.EXPIRED),
        (None, NOW, KeyState.REVOKED),
        (NOW - timedelta(days=1), NOW, KeyState.REVOKED),
    ],
)
def test_the_state_of_a_key(expires_at: datetime | None, revoked_at: datetime | None, state: KeyState) -> None:
    assert state_of(expires_at=expires_at, revoked_at=revoked_at, now=NOW) is state
