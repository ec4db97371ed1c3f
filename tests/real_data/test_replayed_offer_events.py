"""Real traffic through the real door: nothing lost, nothing twice, whatever the order.

Totals come from the files by code of its own (csv and Counter), not from the adapters that make the recordings.
SMPLAT_REPLAY_LIMIT bounds the number of rows of each set; without it the sets are played in full.
"""

import csv
import gzip
import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice

import pytest
from django.core.management import call_command
from django.db import connection

from analytics.models import OfferEvent, QuarantinedEvent
from tests.analytics.rollups import assert_rollups_equal_events, fold_everything
from tests.replay.adapters import DATA, open_bandit_lines, rees46_lines

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not (DATA / "rees46").is_dir(), reason=f"the public data sets are not in {DATA}"),
]
LIMIT = int(os.environ.get("SMPLAT_REPLAY_LIMIT", "0")) or None
KEY = "storefront-key-of-this-test"
TYPES = {"view": "impression", "cart": "cta_click", "purchase": "accept"}
BY_HOUR = """
SELECT offer_slug, date_trunc('hour', occurred_at, 'UTC'), event_type, count(*) FROM checkout_offer_events GROUP BY 1, 2, 3
"""
ROLLED_UP_BY_HOUR = """
SELECT offer_slug, date_trunc('hour', bucket, 'UTC'), event_type, sum(event_count)::bigint FROM analytics_offer_rollups GROUP BY 1, 2, 3
"""
CARTS = "SELECT offer_slug, event_type, currency, sum(cart_total) FROM checkout_offer_events WHERE cart_total IS NOT NULL GROUP BY 1, 2, 3"
SHIFT = (datetime.now(UTC) - datetime(2019, 11, 30, tzinfo=UTC)).days


@pytest.fixture
def replay(live_server, settings, tmp_path, capsys):
    settings.CHECKOUT_API_KEY = KEY

    def play(lines, **options):
        path = tmp_path / "recording.ndjson"
        path.write_text("".join(f"{line}\n" for line in lines))
        call_command(
            "replay",
            str(path),
            base_url=live_server.url,
            key=KEY,
            batch=500,
            concurrency=2,
            shift_days=SHIFT,
            **options,
        )
        summary = capsys.readouterr().out.splitlines()[-1]
        return {name: int(count) for name, count in (part.split("=") for part in summary.split())}

    return play


def rows_of(name, file):
    with gzip.open(DATA / name / file, "rt", newline="") as opened:
        yield from islice(csv.DictReader(opened), LIMIT)


def hour_of(moment):
    return moment.replace(minute=0, second=0, microsecond=0) + timedelta(days=SHIFT)


def open_bandit_by_hour():
    counts = Counter()
    for row in rows_of("open_bandit", "impressions.csv.gz"):
        at, offer = datetime.fromisoformat(row["occurred_at"]), f"{row['policy']}-{row['campaign']}"
        counts[offer, hour_of(at), "impression"] += 1
        if row["click"] == "1":
            counts[offer, hour_of(at + timedelta(seconds=1)), "cta_click"] += 1
    return counts


def whole_rees46_rows():
    return [row for row in rows_of("rees46", "events.csv.gz") if len(row["user_session"] or "") == 36]


def rees46_by_hour():
    counts = Counter()
    for row in whole_rees46_rows():
        at = datetime.strptime(row["event_time"], "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC)
        counts[row["category_code"] or "uncategorised", hour_of(at), TYPES[row["event_type"]]] += 1
    return counts


def rees46_carts():
    carts, sums = {}, Counter()
    for row in whole_rees46_rows():
        session = row["user_session"]
        if row["event_type"] == "cart":
            carts[session] = carts.get(session, Decimal(0)) + Decimal(row["price"])
        if session in carts:
            sums[row["category_code"] or "uncategorised", TYPES[row["event_type"]], "USD"] += carts[session]
    return sums


def selected(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return {row[:-1]: row[-1] for row in cursor.fetchall()}


def rollups():
    fold_everything()
    assert_rollups_equal_events()
    return selected(ROLLED_UP_BY_HOUR)


def limited_bandit_lines():
    return islice(open_bandit_lines(), open_bandit_by_hour().total())


def limited_rees46_lines():
    return islice(rees46_lines(), LIMIT)


def test_a_week_of_recommendations_arrives_whole_and_a_second_time_adds_nothing(replay):
    expected = open_bandit_by_hour()
    first = replay(limited_bandit_lines())
    assert selected(BY_HOUR) == rollups() == expected
    assert (first["accepted"], first["unsent"], first["refused"]) == (expected.total(), 0, 0)
    second = replay(limited_bandit_lines())
    assert (second["accepted"], second["duplicate"]) == (0, expected.total())
    assert OfferEvent.objects.count() == expected.total()


def test_the_same_week_shuffled_and_with_repeats_gives_the_same_rollups(replay):
    assert replay(limited_bandit_lines(), shuffle=11, duplicates=0.05)["duplicate"] > 0
    assert rollups() == open_bandit_by_hour()


def test_hours_of_a_large_shop_arrive_with_their_cart_totals(replay):
    expected = rees46_by_hour()
    assert replay(limited_rees46_lines())["accepted"] == expected.total()
    assert selected(BY_HOUR) == rollups() == expected
    assert selected(CARTS) == rees46_carts()
    assert replay(limited_rees46_lines())["accepted"] == 0


def test_the_last_line_that_is_cut_off_is_quarantined_and_nothing_else_is_lost(replay, tmp_path):
    with gzip.open(DATA / "rees46" / "events.csv.gz", "rb") as file:
        whole = b"".join(islice(file, 301)).rstrip(b"\n")
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(gzip.compress(whole[:-50]))
    counts = replay(rees46_lines(cut))
    assert (counts["accepted"], counts["quarantined"]) == (299, 1)
    kept = bytes(QuarantinedEvent.objects.get().original)
    assert kept == whole[:-50].splitlines()[-1]
