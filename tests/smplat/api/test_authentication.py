"""Who gets in, and what everyone else is told."""

from datetime import timedelta

import pytest
from django.db import connection

from smplat import clock
from smplat.api.actions.revoke_api_key import revoke_api_key
from smplat.api.actions.rotate_api_key import rotate_api_key
from smplat.api.authentication import directory
from smplat.api.models import ApiKey
from smplat.api.scopes import Scope
from tests.smplat.api.conftest import SHOP

pytestmark = [pytest.mark.urls("tests.smplat.api.probe"), pytest.mark.django_db(transaction=True)]

REPORTS = "/api/v1/probe/reports"
EVENTS = "/api/v1/probe/events"


def test_a_request_without_a_key_is_told_so_in_the_words_existing_clients_read(api) -> None:
    response = api.get(REPORTS, headers={"X-Request-ID": "abc-1"})
    assert response.status_code == 401
    assert response.json() == {
        "detail": "Invalid API key",
        "code": "invalid-api-key",
        "status": 401,
        "title": "Unauthorized",
        "request_id": "abc-1",
    }
    assert "WWW-Authenticate" not in response


@pytest.mark.parametrize("key", ["wrong", "sk_" + "x" * 43, "ключ", "x" * 10_000, "\x00"])
def test_a_key_nobody_issued_opens_nothing(api, key: str) -> None:
    assert api.get(REPORTS, headers={"X-API-Key": key}).status_code == 401


def test_an_unset_environment_key_admits_nobody(api, settings) -> None:
    settings.CHECKOUT_API_KEY = ""
    assert api.get(REPORTS, headers={"X-API-Key": ""}).status_code == 401


def test_the_environment_key_has_the_storefront_scopes(api, settings) -> None:
    settings.CHECKOUT_API_KEY = "as-it-was"
    assert api.get(REPORTS, headers={"X-API-Key": "as-it-was"}).json() == {"client": "environment"}


def test_an_issued_key_opens_what_its_scopes_name(api, issue) -> None:
    key = issue([Scope.REPORTS_READ]).plaintext
    assert api.get(REPORTS, headers={"X-API-Key": key}).json() == {"client": "Storefront"}


def test_a_key_without_the_scope_is_refused_with_the_scopes_name(api, issue) -> None:
    key = issue([Scope.EVENTS_WRITE]).plaintext
    response = api.get(REPORTS, headers={"X-API-Key": key})
    assert (response.status_code, response.json()["code"], response.json()["scope"]) == (
        403,
        "scope-missing",
        "reports:read",
    )


def test_the_key_is_checked_before_the_body(api) -> None:
    assert api.post(REPORTS, data=b"{", content_type="application/json").status_code == 401


def test_an_expired_key_is_refused_even_while_it_is_remembered(api, issue) -> None:
    now = clock.now()
    key = issue([Scope.REPORTS_READ], expires_at=now + timedelta(seconds=30)).plaintext
    assert directory.find(key, now=now)
    assert directory.find(key, now=now + timedelta(seconds=31)) is None


def test_a_revoked_key_is_refused_as_soon_as_it_is_looked_up_again(api, issue) -> None:
    issued = issue([Scope.REPORTS_READ])
    headers = {"X-API-Key": issued.plaintext}
    assert api.get(REPORTS, headers=headers).status_code == 200
    revoke_api_key(key_id=issued.key_id, reason="leaked", now=clock.now())
    directory.forget()
    assert api.get(REPORTS, headers=headers).status_code == 401


def test_a_rotated_key_and_its_successor_both_work_during_the_overlap(issue) -> None:
    now = clock.now()
    old = issue([Scope.REPORTS_READ])
    new = rotate_api_key(key_id=old.key_id, overlap=timedelta(hours=1), by="tests", now=now)
    during, after = now + timedelta(minutes=59), now + timedelta(minutes=61)
    assert [bool(directory.find(key.plaintext, now=during)) for key in (old, new)] == [True, True]
    assert [bool(directory.find(key.plaintext, now=after)) for key in (old, new)] == [False, True]


def test_a_busy_key_costs_one_query_a_second_and_none_in_between(api, issue, django_assert_num_queries) -> None:
    headers = {"X-API-Key": issue([Scope.REPORTS_READ]).plaintext}
    api.get(REPORTS, headers=headers)
    with django_assert_num_queries(0):
        api.get(REPORTS, headers=headers)


def test_the_last_use_is_noted_once_a_minute(issue) -> None:
    issued = issue([Scope.REPORTS_READ])
    now = clock.now()
    for seconds in (0, 30, 61):
        directory.forget()
        directory.find(issued.plaintext, now=now + timedelta(seconds=seconds))
        if seconds == 30:
            assert ApiKey.objects.get(pk=issued.key_id).last_used_at == now
    assert ApiKey.objects.get(pk=issued.key_id).last_used_at == now + timedelta(seconds=61)


def test_noting_the_use_leaves_no_trace_in_the_history(issue) -> None:
    issued = issue([Scope.REPORTS_READ])
    directory.find(issued.plaintext, now=clock.now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pgh_label FROM api_apikeyhistoryevent")
        assert cursor.fetchall() == [("insert",)]


def test_a_publishable_key_works_from_its_own_origin_in_header_and_query(api, issue) -> None:
    key = issue([Scope.EVENTS_WRITE], allowed_origins=[SHOP]).plaintext
    in_header = api.post(EVENTS, b"{}", content_type="text/plain", headers={"X-API-Key": key, "Origin": SHOP})
    in_query = api.post(f"{EVENTS}?key={key}", b"{}", content_type="text/plain", headers={"Origin": SHOP})
    assert (in_header.status_code, in_query.status_code) == (202, 202)


def test_a_publishable_key_is_refused_from_a_foreign_origin(api, issue) -> None:
    key = issue([Scope.EVENTS_WRITE], allowed_origins=[SHOP]).plaintext
    headers = {"X-API-Key": key, "Origin": "https://evil.example"}
    response = api.post(EVENTS, b"{}", content_type="application/json", headers=headers)
    assert (response.status_code, response.json()["code"]) == (403, "origin-not-allowed")


def test_a_publishable_key_is_refused_where_only_servers_call(api, issue) -> None:
    key = issue([Scope.EVENTS_WRITE], allowed_origins=[SHOP]).plaintext
    response = api.post(REPORTS, b"{}", content_type="application/json", headers={"X-API-Key": key, "Origin": SHOP})
    assert (response.status_code, response.json()["code"]) == (403, "publishable-key-refused")


def test_a_secret_key_in_the_query_is_refused(api, issue) -> None:
    key = issue([Scope.EVENTS_WRITE]).plaintext
    assert api.post(f"{EVENTS}?key={key}", b"{}", content_type="application/json").status_code == 401


def test_an_open_route_answers_without_a_key_but_not_with_a_wrong_one(api) -> None:
    assert api.get("/api/v1/probe/open").json() == {"client": ""}
    assert api.get("/api/v1/probe/open", headers={"X-API-Key": "sk_wrong"}).status_code == 401


def test_both_slash_forms_answer_directly(api, issue) -> None:
    headers = {"X-API-Key": issue([Scope.REPORTS_READ]).plaintext}
    assert [api.get(path, headers=headers).status_code for path in (REPORTS, f"{REPORTS}/")] == [200, 200]
