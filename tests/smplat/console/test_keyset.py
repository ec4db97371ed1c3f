"""Lists over huge tables: every row on exactly one page, whatever the size, and nothing is counted."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from analytics.models import OfferEvent
from smplat.console import counting, keyset
from smplat.console.keyset import KeysetChangeList, KeysetModelAdmin
from smplat.console.models import User

pytestmark = pytest.mark.django_db

# Three rows share each moment, so that pages end inside a tie.
_FILL = """
    INSERT INTO checkout_offer_events (id, created_at, occurred_at, offer_slug, event_type)
    SELECT gen_random_uuid(), %(now)s - (n / 3) * interval '1 second', %(now)s, 'summer', 'impression'
    FROM generate_series(1, %(rows)s) AS n
"""


class EventAdmin(KeysetModelAdmin):
    list_per_page = 40
    list_filter = ("event_type",)
    search_fields = ("offer_slug",)


def _fill(rows: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_FILL, {"now": datetime.now(UTC) - timedelta(seconds=1), "rows": rows})
        cursor.execute("ANALYZE checkout_offer_events")


def _list(query: str = "") -> KeysetChangeList:
    request = RequestFactory().get(f"/admin/analytics/offerevent/{query}")
    request.user = User(username="root", is_superuser=True, is_active=True, is_staff=True)
    changelist: Any = EventAdmin(OfferEvent, admin.site).get_changelist_instance(request)
    return changelist


def _walk(direction: str, start: str = "") -> list[list[Any]]:
    pages, query = [], start
    while True:
        page = _list(query)
        pages.append([row.pk for row in page.result_list])
        query = page.older_url if direction == "older" else page.newer_url
        if not query:
            return pages


def test_older_pages_hold_every_row_once_and_end() -> None:
    _fill(205)
    pages = _walk("older")
    assert [len(page) for page in pages] == [40, 40, 40, 40, 40, 5]
    assert len({pk for page in pages for pk in page}) == 205


def test_rows_are_in_order_of_time_and_key_newest_first() -> None:
    _fill(100)
    seen = [pk for page in _walk("older") for pk in page]
    assert seen == list(OfferEvent.objects.order_by("-created_at", "-pk").values_list("pk", flat=True))


def test_going_back_shows_the_same_pages() -> None:
    _fill(120)
    first, second, third = _walk("older")
    last = _list(_list(_list().older_url).older_url)
    assert _walk("newer", last.newer_url) == [second, first]
    assert [row.pk for row in last.result_list] == third


def test_a_row_that_arrives_meanwhile_shifts_nothing() -> None:
    _fill(80)
    older = _list().older_url
    expected = [row.pk for row in _list(older).result_list]
    OfferEvent.objects.create(
        offer_slug="new", event_type="accept", created_at=datetime.now(UTC), occurred_at=datetime.now(UTC)
    )
    assert [row.pk for row in _list(older).result_list] == expected


def test_no_page_counts_and_each_is_served_by_the_index() -> None:
    _fill(20_000)
    middle = keyset.Cursor(at=datetime.now(UTC) - timedelta(hours=1), pk="00000000-0000-7000-8000-000000000000")
    for query in ("", f"?older={str(middle).replace('+', '%2B')}"):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            _list(query)
        statements = [entry["sql"] for entry in captured]
        assert not [sql for sql in statements if "COUNT(" in sql.upper()]
        page = next(sql for sql in statements if sql.startswith('SELECT "checkout_offer_events"'))
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {page}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert "Index Scan" in plan
        assert "Seq Scan" not in plan
        assert "Sort" not in plan


def test_a_filter_stays_in_the_links_and_starts_at_the_newest() -> None:
    _fill(90)
    page = _list("?event_type=impression")
    assert parse_qs(page.older_url[1:])["event_type"] == ["impression"]
    assert "older" not in _list(page.older_url).get_query_string({"event_type": "accept"})


def test_the_size_is_an_estimate() -> None:
    _fill(1_000)
    assert counting.estimate_rows(OfferEvent) == 1_000
    assert _list().size == "about 1,000 in all"


@pytest.mark.parametrize(
    ("rows", "query", "size"),
    [
        (0, "", "0 in all"),
        (7, "", "7 in all"),
        (7, "?event_type=accept", "0 found"),
        (41, "?q=summer", "40 on this page"),
    ],
)
def test_the_size_says_what_is_known(rows: int, query: str, size: str) -> None:
    _fill(rows)
    assert _list(query).size == size


@pytest.mark.parametrize(
    "cursor",
    ["x", "~", "2026-01-01T00:00:00~1", "2026-01-01T00:00:00Z~", "2026-01-01T00:00:00Z~no", "\x00~\x00", "9" * 400],
)
def test_a_cursor_that_makes_no_sense_leads_to_the_first_page(cursor: str) -> None:
    with pytest.raises(IncorrectLookupParameters):
        keyset.Cursor.parse(cursor, OfferEvent)


def test_a_filter_that_takes_too_long_ends_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyset, "QUERY_SECONDS", 0.001)
    _fill(20_000)
    page = _list("?q=nothing-is-called-this")
    assert (page.was_too_broad, page.result_list) == (True, [])


def test_a_bounded_count_says_that_it_stopped() -> None:
    _fill(30)
    assert counting.count_up_to(OfferEvent.objects.all(), limit=20) == counting.BoundedCount(
        count=20, is_lower_bound=True
    )
    assert counting.count_up_to(OfferEvent.objects.all(), limit=30) == counting.BoundedCount(
        count=30, is_lower_bound=False
    )
