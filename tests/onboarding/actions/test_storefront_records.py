"""The storefront records referral copies and pricing experiments."""

from datetime import timedelta
from uuid import UUID

import pytest

from checkout.errors import OrderNotFound
from onboarding.actions.record_experiments import Experiment, record_experiments
from onboarding.actions.record_referral_copy import record_referral_copy
from onboarding.models import ExperimentSegment, Journey, JourneyEvent

HOUR = timedelta(hours=1)


@pytest.mark.usefixtures("_defaults")
def test_a_copy_makes_the_journey_and_gives_it_the_code(place, now):
    order = place()
    record_referral_copy(order_id=order.pk, referral_code="SMPLAT-1", now=now)
    journey = Journey.objects.get(order=order)
    assert (journey.status, journey.referral_code) == ("active", "SMPLAT-1")
    assert journey.events.get(event_type="referral_copied").metadata == {"referral_code": "SMPLAT-1"}


def test_every_copy_is_recorded_and_the_first_code_stays(begin, now):
    journey = begin(referral_code="SMPLAT-1")
    for code in ("SMPLAT-2", "SMPLAT-2"):
        record_referral_copy(order_id=journey.order_id, referral_code=code, now=now + HOUR)
    journey.refresh_from_db()
    assert (journey.referral_code, journey.updated_at) == ("SMPLAT-1", now)
    assert journey.events.filter(event_type="referral_copied").count() == 2


def test_experiments_are_one_event_with_a_row_for_each(begin, now):
    journey = begin()
    recorded = record_experiments(
        order_id=journey.order_id,
        experiments=[
            Experiment("winter-price", "b", "Lower entry", is_control=False, status="running"),
            Experiment("", "b"),
            Experiment("spring-price", " "),
            Experiment("bundle-badge", "a", feature_flag_key="badges"),
        ],
        now=now + HOUR,
    )
    assert recorded.recorded == 2
    event = journey.events.get(event_type="pricing_experiment_segment")
    assert [entry["slug"] for entry in event.metadata["experiments"]] == ["winter-price", "bundle-badge"]
    assert event.metadata["experiments"][0] == {
        "slug": "winter-price",
        "variant_key": "b",
        "variant_name": "Lower entry",
        "is_control": False,
        "assignment_strategy": None,
        "status": "running",
        "feature_flag_key": None,
    }
    rows = ExperimentSegment.objects.order_by("position").values_list("slug", "feature_flag_key", "recorded_at")
    assert list(rows) == [("winter-price", None, now + HOUR), ("bundle-badge", "badges", now + HOUR)]


@pytest.mark.usefixtures("_defaults")
def test_entries_without_slug_or_variant_alone_write_nothing_and_make_no_journey(place, now):
    recorded = record_experiments(order_id=place().pk, experiments=[Experiment(" ", "b")], now=now)
    assert recorded.recorded == 0
    assert not Journey.objects.exists()
    assert not JourneyEvent.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("variant", ["b", ""])
def test_an_unknown_order_is_not_found_d_11(now, variant):
    with pytest.raises(OrderNotFound):
        record_referral_copy(order_id=UUID(int=7), referral_code="SMPLAT-1", now=now)
    with pytest.raises(OrderNotFound):
        record_experiments(order_id=UUID(int=7), experiments=[Experiment("winter-price", variant)], now=now)
    assert not Journey.objects.exists()
