"""The funnel page shows what the rollups hold, in the person's days."""

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from analytics.console.funnel_chart import write_label
from analytics.models import OfferRollup, OfferRollupAmount, OfferRollupOrder
from analytics.queries.offer_funnel import read_funnel
from analytics.rules.periods import PeriodChoice, Step, build_period
from smplat import clock
from smplat.console.models import User
from tests.hostile import assert_shown_harmless

URL = "/admin/analytics/funnel/"
NOW = datetime(2026, 11, 23, 10, 31, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def root(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root", time_zone="Asia/Kathmandu"))
    return client


def rolled(bucket, kind="impression", count=1, *, offer="summer"):
    if isinstance(bucket, str):
        bucket = datetime.fromisoformat(bucket)
    OfferRollup.objects.create(bucket=bucket, offer_slug=offer, event_type=kind, event_count=count)


def recently():
    now = clock.now()
    return now - timedelta(minutes=now.minute % 15, seconds=now.second, microseconds=now.microsecond)


def steps(period, offer=""):
    rows = read_funnel(period, offer_slug=offer)
    return [sum(n for _, n in step) for step in rows.previous_steps], [
        sum(n for _, n in step) for step in rows.current_steps
    ]


def test_buckets_fall_on_days_of_a_zone_with_a_quarter_hour_in_its_offset():
    rolled("2026-11-21T18:00Z", count=1)
    rolled("2026-11-21T18:15Z", count=2)
    rolled("2026-11-22T18:00Z", count=4)
    rolled("2026-11-22T18:15Z", count=8)
    period = build_period(PeriodChoice.LAST_7_DAYS, zone=ZoneInfo("Asia/Kathmandu"), now=NOW)
    assert steps(period)[1][-3:] == [1, 6, 8]


@pytest.mark.parametrize(("day", "last_hour"), [("2026-03-29", 22), ("2026-10-25", 24)])
def test_hours_of_a_night_with_a_clock_change_are_counted_once(day, last_hour):
    days = {"first_day": datetime.fromisoformat(day).date(), "last_day": datetime.fromisoformat(day).date()}
    period = build_period(PeriodChoice.CUSTOM, zone=ZoneInfo("Europe/Madrid"), now=NOW, **days)
    for hour in range(last_hour + 1):
        rolled(period.current.start + timedelta(hours=hour))
    rolled(period.current.end)
    rolled(period.previous.start, count=5)
    before, current = steps(period)
    assert current == [1] * (last_hour + 1)
    assert (before[0], sum(before)) == (5, 5)


def test_a_gap_between_the_periods_is_counted_in_neither():
    period = build_period(PeriodChoice.TODAY, zone=ZoneInfo("UTC"), now=NOW)
    rolled(period.previous.end)
    assert steps(period) == ([0] * 11, [0] * 11)


def test_an_order_counts_once_however_often_it_appears():
    for offer, order in (("a", "1"), ("b", "1"), ("b", "2")):
        for bucket in ("2026-11-22T10:00Z", "2026-11-22T10:15Z"):
            moment = datetime.fromisoformat(bucket)
            OfferRollupOrder.objects.create(bucket=moment, offer_slug=offer, event_type="accept", order_reference=order)
    rows = read_funnel(build_period(PeriodChoice.YESTERDAY, zone=ZoneInfo("UTC"), now=NOW))
    assert (rows.orders, rows.distinct_orders) == ({"a": 1, "b": 2}, 2)


def test_the_page_shows_small_rates_and_keeps_currencies_apart(root: Client):
    bucket = recently()
    rolled(bucket, count=10_000)
    rolled(bucket, "cta_click", 43)
    rolled(bucket, "hover", 7)
    for currency, amount in (("EUR", "1234.50"), ("USD", "10.00"), ("", "1.00")):
        OfferRollupAmount.objects.create(
            bucket=bucket,
            offer_slug="summer",
            event_type="accept",
            currency=currency,
            event_count=1,
            cart_total=Decimal(amount),
        )
    page = root.get(URL, {"zone": "Asia/Kathmandu"}).content.decode()
    for expected in (
        "0.43 %",
        "10,000",
        "1,234.50 EUR",
        "10.00 USD",
        "1.00 without currency",
        "Asia/Kathmandu",
        "hover",
    ):
        assert expected in page


def test_an_empty_page_says_how_to_send_the_first_event(root: Client):
    page = root.get(URL).content.decode()
    assert "No offer events in these days" in page
    assert "curl http" in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"zone": "Mars/Olympus"}, "not a time zone"),
        ({"period": "custom"}, "Choose the first and the last day"),
        ({"period": "custom", "from": "x", "to": "2026-01-01"}, "Write days as"),
        ({"period": "custom", "from": "2026-02-02", "to": "2026-01-01"}, "before the first"),
        ({"period": "never", "offer": "a\0b"}, "No offer events"),
    ],
)
def test_an_address_that_makes_no_sense_is_explained(root: Client, query, sentence):
    answer = root.get(URL, query)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()


def test_the_csv_holds_every_offer_and_runs_no_formula(root: Client):
    rolled(recently(), count=5, offer="=1+1")
    answer = root.get("/admin/analytics/funnel.csv")
    (line,) = csv.DictReader(io.StringIO(answer.content.decode()))
    assert (line["offer_slug"], line["impressions"], line["clicks"]) == ("'=1+1", "5", "0")


def test_hostile_slugs_and_types_are_shown_harmless(root: Client):
    def make(text):
        return OfferRollup.objects.create(
            bucket=recently(), offer_slug=text[:255], event_type="impression", event_count=1
        )

    assert_shown_harmless(root, make=make, pages=lambda _: [URL])


def test_an_hour_that_comes_twice_says_which_of_the_two_it_is():
    midnight = datetime(2026, 10, 24, 22, tzinfo=UTC)
    labels = [
        write_label(midnight + timedelta(hours=hour), ZoneInfo("Europe/Berlin"), Step.HOUR) for hour in range(1, 5)
    ]
    assert labels == ["Sun 01:00", "Sun 02:00 CEST", "Sun 02:00 CET", "Sun 03:00"]
