"""Changing the nudge policy: what it refuses, and when journeys are decided about afterwards."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from checkout.customers import CustomerDetails
from checkout.models import Order
from onboarding.actions.sweep_nudges import sweep_nudges
from onboarding.actions.update_nudge_policy import PolicySettings, update_nudge_policy
from onboarding.errors import NudgePolicyChanged, NudgePolicyInvalid
from onboarding.models import Journey, NudgeDecision, NudgePolicy, Task
from smplat.ids import new_id

HOUR = timedelta(hours=1)
DAY = 24 * HOUR
SHIPPED = PolicySettings(
    is_active=True,
    idle_after_hours=24,
    dedupe_hours=12,
    max_per_task=5,
    cap=1,
    cap_window_hours=20,
    quiet_from=time(21),
    quiet_until=time(8),
    stall_after_hours=120,
)


@pytest.fixture
def change(now):
    def change(*, version=1, **settings):
        return update_nudge_policy(wanted=replace(SHIPPED, **settings), version=version, now=now)

    return change


def due_of(journey):
    return Journey.objects.values_list("nudge_due_at", flat=True).get(pk=journey.pk)


def test_a_change_raises_the_version_that_decisions_cite_and_schedules_open_journeys_anew(begin, change, now):
    journey = begin()
    assert change(idle_after_hours=6).rescheduled == 1
    assert due_of(journey) == now + 6 * HOUR
    sweep_nudges(sweep_id=new_id(), limit=9, now=now + 6 * HOUR)
    assert set(NudgeDecision.objects.values_list("policy_version", "action")) == {(2, "nudge")}


def test_more_patience_leaves_the_due_time_of_a_task_as_the_first_moment(begin, change, now):
    journey = begin()
    change(idle_after_hours=999)
    assert due_of(journey) == now + 2 * DAY


def test_the_schedule_is_the_one_that_settling_gives(begin, change):
    journey = begin()
    before = due_of(journey)
    change()
    assert due_of(journey) == before


def test_switched_off_nothing_is_due_and_switched_on_everything_is_again(begin, change, now):
    journey = begin()
    change(is_active=False)
    assert due_of(journey) is None
    change(version=2)
    assert due_of(journey) == now + DAY


def test_what_is_at_rest_stays_at_rest(begin, place, change):
    canceled = begin()
    exhausted = begin(place(customer=CustomerDetails(email="bob@example.test")))
    Order.objects.filter(pk=canceled.order_id).update(status="canceled")
    Task.objects.filter(journey=exhausted).update(nudges_sent=5)
    Journey.objects.update(nudge_due_at=None)
    assert change(idle_after_hours=6).rescheduled == 0
    assert change(version=2, max_per_task=6).rescheduled == 1
    assert (due_of(canceled), due_of(exhausted) is None) == (None, False)


@pytest.mark.parametrize(
    ("field", "value"), [("idle_after_hours", 0), ("dedupe_hours", 0), ("cap", 0), ("max_per_task", 51)]
)
@pytest.mark.usefixtures("_defaults")
def test_a_value_out_of_bounds_is_refused(field, value, change):
    with pytest.raises(NudgePolicyInvalid) as refusal:
        change(**{field: value})
    assert refusal.value.field == field
    assert NudgePolicy.objects.get().version == 1


@pytest.mark.usefixtures("_defaults")
def test_what_somebody_else_changed_meanwhile_is_not_overwritten(change):
    change(cap=2)
    with pytest.raises(NudgePolicyChanged):
        change(cap=3)
    assert (NudgePolicy.objects.get().cap, NudgePolicy.objects.get().version) == (2, 2)
