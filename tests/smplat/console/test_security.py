"""The console's doors: login, lockout, policy of content, caching."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from smplat.console.models import User

pytestmark = pytest.mark.django_db


def _try(client: Client, name: str, password: str = "wrong", **query: str) -> HttpResponse:
    return client.post("/admin/login/", {"username": name, "password": password, **query})


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada", password="correct horse battery", is_staff=True)


def test_a_person_is_locked_out_after_too_many_failures_and_told_for_how_long(ada: User, client: Client) -> None:
    answers = [_try(client, "ada") for _ in range(settings.AXES_FAILURE_LIMIT)]
    assert [answer.status_code for answer in answers] == [200] * (settings.AXES_FAILURE_LIMIT - 1) + [429]
    assert "closed for 15 minutes" in answers[-1].content.decode()
    assert answers[-1].headers["Retry-After"] == "900"


def test_the_right_password_does_not_open_a_lockout(ada: User, client: Client) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        _try(client, "ada")
    assert _try(client, "ada", "correct horse battery").status_code == 429
    assert client.get("/admin/").status_code == 302


def test_a_lockout_does_not_tell_whether_the_name_exists(ada: User, client: Client) -> None:
    known = [_try(client, "ada") for _ in range(settings.AXES_FAILURE_LIMIT)]
    unknown = [_try(Client(), "nobody") for _ in range(settings.AXES_FAILURE_LIMIT)]
    assert [answer.status_code for answer in known] == [answer.status_code for answer in unknown]
    assert known[-1].content == unknown[-1].content


def test_somebody_else_is_not_locked_out(ada: User, client: Client) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        _try(client, "mallory")
    assert _try(client, "ada", "correct horse battery").status_code == 302


def test_an_admin_lifts_a_lockout(ada: User, client: Client, person: Callable[..., User]) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        _try(client, "ada")
    admin = Client()
    admin.force_login(person("root", "admin"))
    page = admin.get("/admin/axes/accessattempt/").context["cl"].result_list[0]
    assert (
        admin.post(f"/admin/axes/accessattempt/{page.pk}/lift_lockout/", {"_form_submitted": "on"}).status_code == 302
    )
    assert _try(client, "ada", "correct horse battery").status_code == 302


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_login_does_not_lead_to_another_site(ada: User, client: Client, target: str) -> None:
    assert _try(client, "ada", "correct horse battery", next=target).headers["Location"] == "/admin/"


def test_login_leads_to_the_page_that_was_asked_for(ada: User, client: Client) -> None:
    asked = client.get("/admin/profile/").headers["Location"]
    assert (
        client.post(asked, {"username": "ada", "password": "correct horse battery"}).headers["Location"]
        == "/admin/profile/"
    )


def test_the_bare_address_leads_to_the_console(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/admin/"


def test_the_console_allows_what_its_scripts_need_and_nothing_from_elsewhere(client: Client) -> None:
    policy = client.get("/admin/login/").headers["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval'" in policy
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "http" not in policy


def test_every_other_page_has_the_strict_policy(client: Client) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("address", ["/admin/", "/admin/profile/", "/admin/console/user/", "/admin/login/"])
def test_no_console_page_is_kept_by_caches(address: str, client: Client, person: Callable[..., User]) -> None:
    client.force_login(person("root", "admin")) if address != "/admin/login/" else None
    assert "no-store" in client.get(address).headers["Cache-Control"]


def test_a_form_without_its_token_is_refused(person: Callable[..., User]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("bob", "viewer"))
    assert client.post("/admin/profile/", {"time_zone": "Asia/Kolkata"}).status_code == 403


def test_the_zone_of_one_person_does_not_stay_for_the_next(person: Callable[..., User]) -> None:
    far, near = Client(), Client()
    bob = person("bob", "viewer")
    User.objects.filter(pk=bob.pk).update(time_zone="Asia/Kolkata")
    far.force_login(bob)
    near.force_login(person("ada", "viewer"))
    far.get("/admin/profile/")
    assert "IST" not in near.get("/admin/profile/").content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "p=x",
        "o=x",
        "o=99",
        "e=1",
        "all=",
        "_popup=1",
        "_facets=1",
        "nothing__like__this=1",
        "id=x",
        "q=" + "x" * 5000,
        "_to_field=password",
    ],
)
@pytest.mark.parametrize("listed", ["console/user", "auth/group", "axes/accessattempt", "api/apikey", "api/apiclient"])
def test_an_odd_question_to_a_list_is_no_error_of_ours(listed: str, query: str, person: Callable[..., User]) -> None:
    client = Client()
    client.force_login(person("ada", "admin"))
    assert client.get(f"/admin/{listed}/?{query}").status_code < 500
