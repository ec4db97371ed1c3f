"""The reports page: live without a cursor, and under a cursor exactly what was known then, never anything else."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils.http import urlencode

from onboarding.actions.record_experiments import Experiment, record_experiments
from smplat import clock
from tests.checkout.console.conftest import signed_in
from tests.onboarding.conftest import _defaults, begin, new_order, now, place, product, provider

__all__ = ["_defaults", "begin", "new_order", "now", "place", "product", "provider", "signed_in"]

pytestmark = pytest.mark.django_db
PAGES = ("/admin/reports", "/admin/reports/")
JUNE = datetime(2026, 6, 10, 9, tzinfo=UTC)


@pytest.fixture
def known(begin):
    """Two experiments: the first known in June, the second a day later."""
    for slug, at in (("winter-price", JUNE), ("summer-price", JUNE + timedelta(days=1))):
        journey = begin()
        record_experiments(
            order_id=journey.order_id, experiments=[Experiment(slug=slug, variant_key="b", status="running")], now=at
        )


def slugs(answer):
    return [conversion.slug for conversion, _ in answer.context["rows"]]


def read(client, cursor=None, *, page=PAGES[0]):
    query = "" if cursor is None else "?" + urlencode({"conversionCursor": cursor})
    return client.get(page + query)


@pytest.mark.parametrize("page", PAGES)
def test_without_a_cursor_the_figures_are_live(page, known, signed_in):
    answer = read(signed_in("analyst"), page=page)
    assert answer.context["label"] == "Live conversion snapshot"
    assert sorted(slugs(answer)) == ["summer-price", "winter-price"]
    assert b"Clear the cursor" not in answer.content


@pytest.mark.parametrize("page", PAGES)
def test_a_moment_shows_exactly_what_was_known_then(page, known, signed_in):
    answer = read(signed_in("analyst"), "2026-06-10T12:00:00Z", page=page)
    assert answer.context["label"] == "Historical conversion slice"
    assert slugs(answer) == ["winter-price"]
    assert [variant.slug for variant in answer.context["variants"]] == ["winter-price"]


def test_the_moment_itself_belongs_to_the_slice(known, signed_in):
    client = signed_in("analyst")
    assert slugs(read(client, JUNE.isoformat())) == ["winter-price"]
    assert slugs(read(client, (JUNE - timedelta(microseconds=1)).isoformat())) == []


def test_an_empty_slice_says_so_and_shows_no_live_figure(known, signed_in):
    answer = read(signed_in("analyst"), "2020-01-01T00:00:00Z")
    body = answer.content.decode()
    assert slugs(answer) == []
    assert "No figures are shown in its place." in body
    assert "winter-price" not in body


def test_a_slug_shows_that_experiment_and_what_ranks_after_it(known, signed_in):
    answer = read(signed_in("analyst"), "summer-price")
    assert answer.context["label"] == "Historical conversion slice"
    assert slugs(answer)[0] == "summer-price"
    assert "named by the link" in answer.content.decode()


def test_an_unknown_slug_shows_nothing_instead_of_the_top(known, signed_in):
    answer = read(signed_in("analyst"), "autumn-price")
    assert slugs(answer) == []
    assert "No figures are shown in its place." in answer.content.decode()


def test_clearing_the_cursor_is_a_link_to_our_own_page(known, signed_in):
    body = read(signed_in("analyst"), "https://evil.example.test/").content.decode()
    assert 'href="/admin/reports/#experiment-analytics"' in body
    assert 'href="https://evil' not in body


def test_the_cited_address_keeps_its_figures_whatever_comes_later(known, begin, signed_in):
    client = signed_in("analyst")
    address = read(client).context["slice_url"]
    path, _, anchor = address.removeprefix("http://localhost:8000").partition("#")
    assert anchor == "experiment-analytics"
    before = slugs(client.get(path))
    record_experiments(
        order_id=begin().order_id, experiments=[Experiment(slug="later", variant_key="a")], now=clock.now()
    )
    assert slugs(client.get(path)) == before
    assert "later" in slugs(read(client))


@pytest.mark.parametrize("cursor", ["", "  ", "\0", "x" * 2000, "2026-13-45T99:99:99Z", "<script>alert(1)</script>"])
def test_whatever_the_cursor_says_there_is_a_page(cursor, known, signed_in):
    answer = read(signed_in("viewer"), cursor)
    assert answer.status_code == 200
    assert b"<script>alert" not in answer.content


def test_without_any_experiment_the_page_says_where_they_come_from(signed_in):
    assert "No experiment has been recorded" in read(signed_in("viewer")).content.decode()
