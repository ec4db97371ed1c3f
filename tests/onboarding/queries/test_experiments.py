"""The figures of experiments, against the same counted from every record by itself."""

from collections import defaultdict
from datetime import timedelta
from random import Random

import pytest
from django.db import connection

from checkout.models import Order
from onboarding.actions.record_experiments import Experiment, record_experiments
from onboarding.models import ExperimentOrder, ExperimentSegment
from onboarding.queries.experiments import list_conversions
from onboarding.queries.variants import list_variants
from onboarding.slices import slice_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def recorded(begin, place, now):
    """Twelve orders in two currencies that meet experiments again and again, in both variants, for a day."""
    chance = Random(7)
    journeys = [begin(place(loyalty_projection_points=points)) for points in (None, 10, 25) for _ in range(4)]
    Order.objects.filter(pk__in=[journey.order_id for journey in journeys[::3]]).update(currency="USD")
    for minutes in range(0, 24 * 60, 30):
        slugs = chance.sample(["a", "b", "c"], chance.randint(1, 3))
        met = [Experiment(slug, chance.choice("xy"), status=str(minutes)) for slug in slugs]
        order_id = chance.choice(journeys).order_id
        record_experiments(order_id=order_id, experiments=met, now=now + timedelta(minutes=minutes))


def counted(known_at):
    """Each order once, from the records alone: by experiment and currency, and by variant."""
    orders, variants = defaultdict(dict), defaultdict(set)
    for record in ExperimentSegment.objects.filter(recorded_at__lte=known_at).select_related("order"):
        orders[record.slug, record.order.currency][record.order_id] = record.order
        variants[record.slug, record.variant_key].add(record.order_id)
    sums = {key: (len(met), sum(order.total for order in met.values())) for key, met in orders.items()}
    points = defaultdict(int)
    for (slug, _), met in orders.items():
        points[slug] += sum(order.loyalty_projection_points or 0 for order in met.values())
    return sums, dict(points), {key: len(met) for key, met in variants.items()}


@pytest.mark.parametrize("hours", [-1, 0, 3, 11, 24])
def test_figures_are_those_of_the_records(recorded, now, hours):
    known = slice_of(now + hours * HOUR)
    sums, points, variants = counted(known.known_at)
    conversions = list_conversions(known)
    assert {
        (conversion.slug, total.currency): (total.order_count, total.order_total)
        for conversion in conversions
        for total in conversion.totals
    } == sums
    assert {conversion.slug: conversion.loyalty_points for conversion in conversions} == points
    shown = list_variants(sorted(points), known=known)
    assert {(variant.slug, variant.key): variant.orders for variant in shown} == variants


def test_the_newest_record_of_the_slice_says_when_and_what_status(recorded, now):
    known = slice_of(now + 11 * HOUR)
    for variant in list_variants(["a", "b", "c"], known=known):
        records = ExperimentSegment.objects.filter(slug=variant.slug, recorded_at__lte=known.known_at)
        newest = records.filter(variant_key=variant.key).latest("recorded_at")
        assert (variant.last_activity, variant.status) == (newest.recorded_at, newest.status)
    for conversion in list_conversions(known):
        records = ExperimentSegment.objects.filter(slug=conversion.slug, recorded_at__lte=known.known_at)
        assert conversion.last_activity == records.latest("recorded_at").recorded_at


def test_an_order_counts_with_what_it_was_worth_when_it_met_the_experiment(begin, now):
    journey = begin()
    record_experiments(order_id=journey.order_id, experiments=[Experiment("a", "x")], now=now)
    Order.objects.filter(pk=journey.order_id).update(subtotal=1, total=1)
    assert [conversion.order_total for conversion in list_conversions(slice_of(now))] == [149]


def test_records_of_an_order_stay_in_the_order_in_which_they_were_committed(begin, now):
    journey = begin()
    for at in (now + HOUR, now):
        record_experiments(order_id=journey.order_id, experiments=[Experiment("a", "x")], now=at)
    assert set(ExperimentSegment.objects.values_list("recorded_at", flat=True)) == {now + HOUR}
    assert ExperimentOrder.objects.filter(variant_key="").get().recorded_at == now + HOUR


def test_sums_are_read_from_the_index_alone(recorded):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT slug, currency, count(*), sum(total), sum(loyalty_points) FROM onboarding_experiment_orders"
            " WHERE variant_key = '' AND recorded_at <= now() AND committed_in < 9 GROUP BY slug, currency"
        )
        plan = " ".join(line for (line,) in cursor.fetchall())
    assert "Index Only Scan using experiment_orders_summed" in plan
