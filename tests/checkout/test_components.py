"""Readiness says whether what is due is decided about."""

from datetime import timedelta

import pytest

from checkout.components import check_recovery
from smplat.operations import heartbeats
from smplat.operations.actions.flip_switch import flip_switch
from smplat.operations.readiness import Status
from tests.checkout.recovery import LATER

pytestmark = pytest.mark.django_db


def test_it_starts_and_is_ready_after_a_sweep(db):
    assert check_recovery(LATER).status is Status.STARTING
    heartbeats.record_success("schedule:sweep-checkouts", LATER)
    assert check_recovery(LATER).status is Status.READY


def test_a_checkout_that_waits_too_long_degrades_it(place):
    heartbeats.record_success("schedule:sweep-checkouts", LATER)
    due = place().orchestration.recovery_due_at
    assert check_recovery(due + timedelta(minutes=4)).status is Status.READY
    late = check_recovery(due + timedelta(minutes=6))
    assert (late.status, late.detail) == (Status.DEGRADED, "The oldest checkout is due for 6 min.")


def test_switched_off_it_does_not_count(place):
    place()
    flip_switch(name="checkout.recovery", on=False, by="ada", reason="incident", now=LATER)
    assert check_recovery(LATER + timedelta(days=1)).status is Status.DISABLED
