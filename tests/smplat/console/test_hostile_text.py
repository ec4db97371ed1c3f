"""Stored text is shown, never obeyed, on the console's own pages."""

from collections.abc import Iterator

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import Group
from django.test import Client

from smplat.console import attention
from smplat.console.attention import AttentionContext, Card, Severity
from smplat.console.models import User
from tests.hostile import assert_shown_harmless, hostile_strings, pages_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


def test_names_of_people(root: Client) -> None:
    numbers = iter(range(10_000))

    def make(text: str) -> User:
        return User.objects.create(
            username=f"person-{next(numbers)}", first_name=text[:150], last_name=text[:150], email=text[:254]
        )

    assert_shown_harmless(root, make=make, pages=lambda user: [pages_of(User)(user)[1]], texts=hostile_strings()[::9])
    assert_shown_harmless(root, make=make, pages=lambda _: ["/admin/console/user/"])


def test_names_of_groups(root: Client) -> None:
    assert_shown_harmless(
        root,
        make=lambda text: Group.objects.get_or_create(name=text[:150])[0],
        pages=lambda _: ["/admin/auth/group/", "/admin/console/user/add/"],
    )


def test_what_was_typed_at_the_login(root: Client) -> None:
    def make(text: str) -> AccessAttempt:
        return AccessAttempt.objects.create(username=text, user_agent=text, path_info=text, failures_since_start=1)

    assert_shown_harmless(root, make=make, pages=lambda _: ["/admin/axes/accessattempt/"])


def test_cards_of_the_first_page(root: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []

    def provider(context: AttentionContext) -> Iterator[Card]:
        """Everything."""
        for text in texts:
            yield Card(title=text, count=1, detail=text, url="/admin/", severity=Severity.NOTICE, permission="a.b")

    monkeypatch.setattr(attention, "_providers", {"all": provider})
    assert_shown_harmless(root, make=texts.append, pages=lambda _: ["/admin/"])


@pytest.mark.parametrize(
    "address", ["/admin/search/?extended=1&s=", "/admin/console/user/?q=", "/admin/axes/accessattempt/?q="]
)
def test_what_is_searched_for(root: Client, address: str) -> None:
    from urllib.parse import quote

    assert_shown_harmless(
        root, make=lambda text: text, pages=lambda text: [address + quote(text)], texts=hostile_strings()[::15]
    )
