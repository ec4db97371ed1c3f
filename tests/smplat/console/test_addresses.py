"""Addresses as people type them."""

from collections.abc import Callable

import pytest
from django.test import Client

from smplat.console.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def console(person: Callable[..., User]) -> Client:
    client = Client()
    client.force_login(person("ada", "admin"))
    return client


@pytest.mark.parametrize(
    ("typed", "page"),
    [
        ("/admin", "/admin/"),
        ("/admin/analytics/offerevent?offer_slug=a", "/admin/analytics/offerevent/?offer_slug=a"),
        ("/admin/analytics/funnel", "/admin/analytics/funnel/"),
    ],
)
def test_a_missing_slash_leads_to_the_page(console: Client, typed: str, page: str) -> None:
    answer = console.get(typed)
    assert (answer.status_code, answer.headers["Location"]) == (302, page)


def test_what_is_no_page_is_not_found_in_either_form(console: Client) -> None:
    assert {console.get("/admin/nope").status_code, console.get("/admin/nope/").status_code} == {404}


def test_nothing_that_was_sent_is_led_elsewhere(console: Client) -> None:
    assert console.post("/admin/analytics/offerevent").status_code == 404
