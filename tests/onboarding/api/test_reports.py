"""Reports about pricing experiments over HTTP."""

from datetime import timedelta
from decimal import Decimal

import pytest

from checkout.models import Order
from onboarding.actions.record_experiments import Experiment, record_experiments

EVENTS = "/api/v1/reporting/onboarding/experiment-events"
CONVERSIONS = "/api/v1/reporting/onboarding/experiment-conversions"
HOUR = timedelta(hours=1)


@pytest.fixture
def record(now):
    def record(order, *slugs, at=now):
        experiments = [Experiment(slug, "b", status="running") for slug in slugs]
        record_experiments(order_id=order.pk, experiments=experiments, now=at)

    return record


@pytest.fixture
def metrics(send):
    def metrics(query=""):
        status, body = send("GET", f"{CONVERSIONS}{query}")
        assert status == 200
        return [(line["slug"], line["orderCount"], line["orderTotal"]) for line in body["metrics"]], body

    return metrics


def test_a_row_has_the_wires_fields(send, place, record):
    order = place()
    record(order, "winter-price")
    status, body = send("GET", EVENTS)
    row = body["events"][0]
    assert (status, body["nextCursor"]) == (200, None)
    assert {key: row[key] for key in row if key not in {"eventId", "journeyId"}} == {
        "orderId": str(order.pk),
        "orderNumber": order.order_number,
        "slug": "winter-price",
        "variantKey": "b",
        "variantName": None,
        "isControl": None,
        "assignmentStrategy": None,
        "status": "running",
        "featureFlagKey": None,
        "recordedAt": "2026-06-01T12:00:00Z",
        "orderTotal": 149.0,
        "orderCurrency": "EUR",
        "loyaltyProjectionPoints": None,
    }


def test_pages_lose_no_sibling_d_08(send, place, record, now):
    order = place()
    record(order, "a", "b", "c", at=now)
    record(order, "d", "e", at=now + HOUR)
    seen, cursor = [], ""
    while cursor is not None:
        body = send("GET", f"{EVENTS}?limit=2{cursor}")[1]
        seen += [row["slug"] for row in body["events"]]
        cursor = f"&cursor={body['nextCursor']}" if body["nextCursor"] else None
    # Newest event first, and the entries of an event in their order.
    assert seen == ["d", "e", "a", "b", "c"]


@pytest.mark.parametrize(
    "cursor",
    ["2026-06-01T13:00:00Z", "2026-06-01T13:00:00", "2026-06-01T15:00:00%2B02:00", "2026-06-01T15:00:00+02:00"],
)
def test_a_moment_is_still_a_cursor(send, place, record, now, cursor):
    order = place()
    record(order, "old", at=now)
    record(order, "new", at=now + HOUR)
    assert [row["slug"] for row in send("GET", f"{EVENTS}?cursor={cursor}")[1]["events"]] == ["old"]


@pytest.mark.parametrize("query", ["?limit=0", "?limit=1001", "?cursor=nonsense", "?cursor=2026-13-01T00:00:00Z"])
def test_a_query_that_is_not_valid_is_422(send, query):
    assert send("GET", f"{EVENTS}{query}")[0] == 422


def test_an_order_counts_once_however_often_the_page_posts_d_12(metrics, place, record, now):
    order = place()
    for hours in range(3):
        record(order, "winter-price", at=now + hours * HOUR)
    found, body = metrics()
    assert found == [("winter-price", 1, 149.0)]
    assert (body["metrics"][0]["journeyCount"], body["metrics"][0]["lastActivity"]) == (1, "2026-06-01T14:00:00Z")


def test_currencies_stay_apart_d_12(metrics, place, record):
    orders = [place(), place(), place()]
    Order.objects.filter(pk=orders[2].pk).update(currency="USD")
    for order in orders:
        record(order, "winter-price")
    found, body = metrics()
    assert found == [("winter-price", 3, 298.0)]
    assert body["metrics"][0]["orderCurrency"] == "EUR"
    assert body["metrics"][0]["totals"] == [
        {"currency": "EUR", "orderCount": 2, "orderTotal": 298.0},
        {"currency": "USD", "orderCount": 1, "orderTotal": 149.0},
    ]


def test_points_count_once_for_each_order(metrics, place, record):
    for points in (100, None, 20):
        order = place(loyalty_projection_points=points)
        record(order, "winter-price")
        record(order, "winter-price")
    assert metrics()[1]["metrics"][0]["loyaltyPoints"] == 120


def test_the_ranking_is_paged_to_its_end(metrics, place, record):
    one, two = place(), place(quantity=2)
    record(one, "a", "b")
    record(two, "c")
    found, body = metrics("?limit=2")
    assert found == [("c", 1, 298.0), ("a", 1, 149.0)]
    rest, last = metrics(f"?limit=2&cursor={body['nextCursor']}")
    assert (rest, last["nextCursor"]) == ([("b", 1, 149.0)], None)
    assert last["cursor"] == body["nextCursor"]


def test_what_is_recorded_while_somebody_pages_moves_nobody(metrics, place, record, now):
    record(place(), "a", "b", at=now)
    body = metrics("?limit=1")[1]
    record(place(quantity=9), "c", at=now + timedelta(days=9_000))
    assert metrics(f"?limit=1&cursor={body['nextCursor']}")[0] == [("b", 1, 149.0)]


def test_a_slug_is_still_a_cursor(metrics, place, record):
    record(place(), "a", "b", "c")
    assert [slug for slug, _, _ in metrics("?cursor=a")[0]] == ["b", "c"]


def test_nothing_follows_an_experiment_that_is_not_there_d_40(metrics, place, record):
    record(place(), "a", "b")
    found, body = metrics("?cursor=never-was")
    assert (found, body["nextCursor"], body["cursor"]) == ([], None, "never-was")


def test_a_moment_shows_the_slice_as_it_was_known_then_d_40(metrics, place, record, now):
    record(place(), "winter-price", at=now)
    record(place(), "winter-price", at=now + 2 * HOUR)
    found, body = metrics("?cursor=2026-06-01T13:00:00Z")
    assert found == [("winter-price", 1, 149.0)]
    assert (body["cursor"], body["knownAt"]) == ("2026-06-01T13:00:00Z", "2026-06-01T13:00:00Z")
    assert body["metrics"][0]["lastActivity"] == "2026-06-01T12:00:00Z"


def test_an_empty_historical_slice_stays_empty_d_40(metrics, place, record):
    record(place(), "winter-price")
    assert metrics("?cursor=2020-01-01T00:00:00Z")[0] == []


def test_totals_are_exact(metrics, place, record):
    for price in ("0.10", "0.20"):
        record(place(unit_price=price, may_override_price=True), "winter-price")
    assert Decimal(str(metrics()[0][0][2])) == Decimal("0.3")
