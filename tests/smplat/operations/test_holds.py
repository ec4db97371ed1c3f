"""Holds stop sweeps while they last, and no longer."""

from datetime import UTC, datetime, timedelta

import pytest

from smplat.db import NoTransaction
from smplat.operations.actions.hold import hold_subject, release_hold
from smplat.operations.holds import HoldEnded, InForce, Subject, find_holds, place_hold
from smplat.operations.models import Hold, HoldScope

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PROVIDER = Subject(HoldScope.PROVIDER, "prov-9")


def hold(subject=PROVIDER, until=None, reason="provider paused"):
    return hold_subject(subject=subject, reason=reason, by="user:ada", until=until, now=NOW)


def found(now=NOW):
    return find_holds(keys_by_scope={HoldScope.PROVIDER: ["prov-9"], HoldScope.ORDER: ["o-1"]}, now=now)


@pytest.mark.django_db
def test_what_is_held_is_found_until_the_hold_ends():
    hold(until=NOW + HOUR)
    assert found() == {PROVIDER: InForce("provider paused", NOW + HOUR)}
    assert found(NOW + HOUR) == {}


@pytest.mark.django_db
def test_others_are_not_held():
    hold(Subject(HoldScope.PROVIDER, "prov-1"))
    assert found() == {}


@pytest.mark.django_db
def test_a_hold_on_everything_is_always_found():
    everything = Subject(HoldScope.EVERYTHING)
    hold(everything, reason="incident 7")
    assert found() == {everything: InForce("incident 7", None)}


@pytest.mark.django_db
def test_of_two_holds_the_longer_counts():
    hold(until=NOW + HOUR)
    hold(until=None, reason="until somebody says so")
    assert found()[PROVIDER].until is None


@pytest.mark.django_db
def test_a_released_hold_holds_nothing_and_is_released_once():
    placed = hold()
    release_hold(hold_id=placed.pk, by="user:bob", now=NOW + HOUR)
    assert found() == {}
    with pytest.raises(HoldEnded):
        release_hold(hold_id=placed.pk, by="user:eve", now=NOW + 2 * HOUR)
    assert Hold.objects.get().released_by == "user:bob"


@pytest.mark.django_db(transaction=True)
def test_a_hold_belongs_to_the_transaction_of_its_cause():
    with pytest.raises(NoTransaction):
        place_hold(subject=PROVIDER, reason="paused", by="user:ada", until=None, now=NOW)
