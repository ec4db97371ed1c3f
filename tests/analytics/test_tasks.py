"""What runs by itself does its work, twice without harm, and not at all while it is switched off."""

from datetime import timedelta

import pytest

from analytics import tasks
from analytics.actions.record_offer_event import record_offer_event
from analytics.models import LedgerHour, OfferEventKey, OfferRollup
from analytics.timetable import SCHEDULES
from smplat import clock
from smplat.celery import app
from smplat.ids import new_id
from smplat.operations import switches
from smplat.operations.models import SwitchState
from tests.analytics.making import NOW, facts
from tests.analytics.rollups import assert_rollups_equal_events, fold_everything


def switch_off(name: str) -> None:
    SwitchState.objects.create(name=name, is_on=False, reason="a test", changed_by="ada", changed_at=clock.now())
    switches.forget()


def test_every_schedule_names_a_task() -> None:
    assert {schedule.task for schedule in SCHEDULES} <= set(app.tasks)


@pytest.mark.django_db(transaction=True)
def test_figures_follow_the_events() -> None:
    record_offer_event(facts=facts(), now=NOW)
    tasks.fold_offer_rollups()
    tasks.fold_offer_rollups()
    fold_everything()
    assert_rollups_equal_events()


@pytest.mark.django_db(transaction=True)
def test_figures_stand_still_while_rollups_are_off() -> None:
    switch_off("analytics.rollups")
    record_offer_event(facts=facts(), now=NOW)
    tasks.fold_offer_rollups()
    assert not OfferRollup.objects.exists()


@pytest.mark.django_db
def test_the_ledger_is_checked() -> None:
    tasks.check_offer_ledger()
    assert LedgerHour.objects.filter(is_balanced=True).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_on", [True, False])
def test_retention_can_be_stopped(is_on: bool) -> None:
    OfferEventKey.objects.create(event_id=new_id(), id=new_id(), created_at=NOW - timedelta(days=4000))
    if not is_on:
        switch_off("analytics.retention")
    tasks.drop_expired_offer_events()
    assert OfferEventKey.objects.exists() is not is_on
