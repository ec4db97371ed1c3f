"""The made-up past: the same for the same seed, with the proportions of a real shop."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from analytics.sample_store.history import plan_batches
from analytics.sample_store.mistakes import MISTAKES
from analytics.storefront.assortment import OFFERS
from analytics.storefront.shoppers import session, traffic_factor

UNTIL = datetime(2026, 5, 20, 14, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def batches():
    return list(plan_batches(seed=7, days=6, until=UNTIL))


@pytest.fixture(scope="module")
def events(batches):
    return [event for batch in batches for line in batch.lines if (event := readable(line))]


def readable(line):
    try:
        return json.loads(line)
    except ValueError:
        return None


def test_the_same_seed_makes_the_same_past(batches):
    assert list(plan_batches(seed=7, days=6, until=UNTIL)) == batches


def test_another_seed_makes_another(batches):
    assert list(plan_batches(seed=8, days=6, until=UNTIL)) != batches


def test_nothing_is_received_after_the_end(batches):
    assert max(batch.received_at for batch in batches) <= UNTIL


def test_batches_fit_into_a_request(batches):
    assert max(len(batch.lines) for batch in batches) <= 1000


def test_some_events_are_repeated_and_all_others_have_their_own_id(events):
    times = Counter(event["event_id"] for event in events)
    assert 0 < sum(count > 1 for count in times.values()) < len(events) / 100


def test_some_events_arrive_hours_late(batches):
    delays = [
        batch.received_at - datetime.fromisoformat(event["occurred_at"])
        for batch in batches
        for line in batch.lines
        if (event := readable(line))
    ]
    assert any(delay > timedelta(hours=3) for delay in delays)


def test_clicks_stay_under_one_per_cent_of_impressions(events):
    kinds = Counter(event.get("event_type") for event in events)
    assert 0.003 < kinds["cta_click"] / kinds["impression"] < 0.009
    assert 0 < kinds["accept"] < kinds["cta_click"]


def test_a_week_has_the_mean_traffic_it_is_scaled_to():
    hours = [UNTIL + timedelta(hours=n) for n in range(24 * 7)]
    assert sum(map(traffic_factor, hours)) / len(hours) == pytest.approx(1.0, abs=0.01)


def test_evenings_are_busier_than_nights():
    evening, night = (traffic_factor(UNTIL.replace(hour=hour)) for hour in (21, 3))
    assert evening > 5 * night


def test_offers_shift_their_shares_over_the_history():
    def share(progress):
        shown = Counter(
            told.event["offer_slug"]
            for number in range(2000)
            for told in session(Random(number), at=UNTIL, progress=progress, reference="r")
        )
        return shown["winter-bike-service"] / shown.total()

    assert share(1.0) > 2 * share(0.0)


def test_every_event_names_an_offer_or_a_configured_product(events):
    known = {offer.slug for offer in OFFERS} | {offer.product_slug for offer in OFFERS}
    assert {event["offer_slug"] for event in events if len(event["offer_slug"]) < 100} <= known


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.__name__.strip("_"))
def test_a_mistake_changes_the_event(mistake):
    event = {"offer_slug": "a", "event_type": "accept", "cart_total": "1.00", "currency": "EUR", "occurred_at": UNTIL}
    sent = readable(mistake(event))
    assert sent != {**event, "occurred_at": "2026-05-20T14:30:00Z"}
