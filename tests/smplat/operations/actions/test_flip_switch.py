"""Flipping a switch: with a reason, at most once, and visible everywhere."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from smplat.errors import Refusal
from smplat.operations import switches
from smplat.operations.actions.flip_switch import (
    ExpiryPassed,
    Flipped,
    ReasonMissing,
    SwitchUnchanged,
    flip_switch,
)
from smplat.operations.models import SwitchState
from smplat.operations.switches import Switch, UnknownSwitch

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SWITCH = Switch(name="test.engine", title="Engine", stops="Nothing moves.", safe_value=False)


@pytest.fixture(autouse=True)
def _engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(switches._switches, SWITCH.name, SWITCH)
    yield
    switches.forget()


def flip(on: bool, **given: object) -> Flipped:
    values: dict[str, object] = {"name": "test.engine", "by": "user:alice", "reason": "smoke", "now": NOW}
    return flip_switch(on=on, **(values | given))  # type: ignore[arg-type]


@pytest.mark.django_db(transaction=True)
def test_off_stops_and_on_starts_again() -> None:
    assert switches.is_on("test.engine")
    flip(False)
    assert not switches.is_on("test.engine")
    flip(True)
    assert switches.is_on("test.engine")


@pytest.mark.django_db
def test_a_flip_says_who_when_and_why() -> None:
    flip(False, expires_at=NOW + timedelta(hours=1))
    row = SwitchState.objects.get()
    assert (row.name, row.is_on, row.changed_by, row.reason) == ("test.engine", False, "user:alice", "smoke")
    assert (row.changed_at, row.expires_at) == (NOW, NOW + timedelta(hours=1))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"name": "test.nothing"}, UnknownSwitch),
        ({"reason": " \n"}, ReasonMissing),
        ({"expires_at": NOW}, ExpiryPassed),
        ({"on": True}, SwitchUnchanged),
    ],
)
def test_a_refused_flip_changes_nothing(given: dict[str, object], error: type[Refusal]) -> None:
    with pytest.raises(error):
        flip(**({"on": False} | given))  # type: ignore[arg-type]
    assert not SwitchState.objects.exists()


@pytest.mark.django_db
def test_the_second_of_two_equal_flips_learns_that_it_is_done() -> None:
    flip(False, by="user:alice")
    with pytest.raises(SwitchUnchanged):
        flip(False, by="user:bob")
    assert SwitchState.objects.get().changed_by == "user:alice"


@pytest.mark.django_db
def test_the_expiry_of_an_off_switch_can_be_moved() -> None:
    flip(False, expires_at=NOW + timedelta(hours=1))
    flip(False, expires_at=NOW + timedelta(hours=2))
    assert SwitchState.objects.get().expires_at == NOW + timedelta(hours=2)


@pytest.mark.parametrize(("after", "stands_on"), [(timedelta(minutes=59), False), (timedelta(hours=1), True)])
def test_an_expired_flip_no_longer_holds(after: timedelta, stands_on: bool) -> None:
    off = SwitchState(name="test.engine", is_on=False, changed_at=NOW, expires_at=NOW + timedelta(hours=1))
    assert switches.stands_on(off, NOW + after) is stands_on


@pytest.mark.django_db
def test_every_flip_is_kept_with_its_reason() -> None:
    flip(False, reason="smoke")
    flip(True, reason="repaired")
    events = SwitchState.pgh_event_model.objects.order_by("pgh_id")  # type: ignore[attr-defined]
    assert [(event.pgh_label, event.is_on, event.pgh_context["why"]) for event in events] == [
        ("insert", False, "smoke"),
        ("update", True, "repaired"),
    ]


@pytest.mark.django_db(transaction=True)
def test_of_many_first_flips_at_once_exactly_one_wins() -> None:
    outcomes: list[str] = []
    barrier = threading.Barrier(4)

    def race() -> None:
        barrier.wait()
        try:
            flip(False)
            outcomes.append("flipped")
        except SwitchUnchanged:
            outcomes.append("unchanged")
        finally:
            connection.close()

    threads = [threading.Thread(target=race) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["flipped", "unchanged", "unchanged", "unchanged"]
