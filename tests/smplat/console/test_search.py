"""The command search finds what a person may open, and breaks on nothing."""

from collections.abc import Callable

import pytest
from django.test import Client
from unfold.dataclasses import SearchResult

from smplat.console import search
from smplat.console.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(person: Callable[..., User]) -> Callable[[str], Client]:
    def make(role: str) -> Client:
        client = Client()
        client.force_login(person("bob", role))
        return client

    return make


def test_a_link_of_the_sidebar_is_found_by_its_title(signed_in: Callable[[str], Client]) -> None:
    assert "/admin/console/user/" in signed_in("admin").get("/admin/search/?extended=1&s=PEOP").content.decode()


def test_a_page_one_may_not_open_is_not_found(signed_in: Callable[[str], Client]) -> None:
    assert "/admin/console/user/" not in signed_in("viewer").get("/admin/search/?extended=1&s=people").content.decode()


def test_a_domain_adds_what_it_finds(signed_in: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch) -> None:
    found = SearchResult(title="Order 17", description="Orders", link="/admin/17/", icon="shopping_cart")
    monkeypatch.setattr(search, "_providers", [lambda user, words: [found] if words == "17" else []])
    assert "Order 17" in signed_in("viewer").get("/admin/search/?extended=1&s=17").content.decode()


@pytest.mark.parametrize("query", ["", "s=", "s=%00", "s=a&page=x", "s=a&page=0", "s=%F0%9F%92%A9", "s=" + "a" * 3000])
def test_odd_questions_get_an_answer(signed_in: Callable[[str], Client], query: str) -> None:
    assert signed_in("admin").get(f"/admin/search/?extended=1&{query}").status_code == 200
