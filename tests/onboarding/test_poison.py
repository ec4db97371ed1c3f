"""A client that cannot be decided about keeps no other client from a reminder, and is told of until decided about."""

from datetime import timedelta

import pytest
from django.db import connection

from checkout.customers import CustomerDetails
from onboarding.actions.sweep_nudges import sweep_nudges
from onboarding.components import check_nudges
from onboarding.explain import explain_order
from onboarding.models import Interaction, NudgeSweepRun
from onboarding.rules.nudges import Action
from onboarding.sweep import plan_sweep, run_sweep
from smplat.ids import new_id
from smplat.operations import heartbeats
from smplat.operations.models import SetAside
from smplat.operations.readiness import Status
from smplat.outbox.models import Message

pytestmark = pytest.mark.django_db
IDLE = timedelta(hours=24)
MINUTE = timedelta(minutes=1)


def execute(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def journeys(begin, place):
    """Five clients; the third has two orders."""
    numbers = (0, 1, 2, 2, 3, 4)
    return [begin(place(customer=CustomerDetails(email=f"{number}@example.test"))) for number in numbers]


@pytest.fixture
def _poison(journeys):
    """PostgreSQL refuses whatever is written into the log of one of the third client's journeys."""
    execute(
        f"""
        CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF NEW.journey_id = '{journeys[2].pk}' THEN RAISE EXCEPTION 'poison'; END IF; RETURN NEW; END $$;
        CREATE TRIGGER poison BEFORE INSERT ON {Interaction._meta.db_table} FOR EACH ROW EXECUTE FUNCTION poison()
        """
    )


def sweep(at):
    return sweep_nudges(sweep_id=new_id(), limit=100, now=at)


def recipients():
    return sorted(Message.objects.filter(topic="onboarding.nudge").values_list("recipient", flat=True))


@pytest.mark.usefixtures("_poison")
def test_every_other_client_is_written_to_once(journeys, now):
    swept = sweep(now + IDLE)
    assert (swept.journeys, swept.clients, swept.set_aside) == (4, 4, 2)
    assert recipients() == [f"{number}@example.test" for number in (0, 1, 3, 4)]
    assert not Interaction.objects.filter(journey__in=journeys[2:4]).exists()
    run = NudgeSweepRun.objects.get()
    assert (run.decided, run.counts) == (12, {"nudge": 12, "set_aside": 2})


@pytest.mark.usefixtures("_poison")
def test_both_journeys_of_the_client_are_named_and_tried_again_later(journeys, now):
    heartbeats.record_success("schedule:sweep-nudges", now + IDLE)
    sweep(now + IDLE)
    numbers = sorted(journey.order.order_number for journey in journeys[2:4])
    assert sorted(SetAside.objects.values_list("name", flat=True)) == numbers
    assert SetAside.objects.get(subject_id=journeys[2].pk).path == f"/admin/onboarding/journey/{journeys[2].pk}/change/"
    assert explain_order(numbers[0], now=now + IDLE).set_aside.reason == "ProgrammingError: poison"
    assert sweep(now + IDLE + 4 * MINUTE).claimed == 0
    sweep(now + IDLE + 5 * MINUTE)
    component = check_nudges(now + IDLE + 6 * MINUTE)
    assert component.status is Status.DEGRADED
    assert component.detail == f"Errors keep it from deciding about {', '.join(numbers)}."
    execute("DROP FUNCTION poison() CASCADE")
    assert sweep(now + IDLE + 15 * MINUTE).counts == {Action.NUDGE: 6}
    assert recipients().count("2@example.test") == 1
    assert not SetAside.objects.exists()


def test_a_value_that_cannot_be_read_spoils_one_client_only(journeys, now):
    execute(f"UPDATE onboarding_journeys SET turn_since = 'infinity' WHERE id = '{journeys[0].pk}'")
    plan = plan_sweep(now=now + IDLE)
    assert (plan.journeys, plan.clients, plan.set_aside) == (5, 4, 1)
    total = run_sweep(clock=lambda: now + IDLE, until=now + 2 * IDLE)
    assert (total.journeys, total.clients, total.set_aside) == (5, 4, 1)


@pytest.mark.usefixtures("_poison")
def test_a_pass_over_idle_journeys_goes_on_behind_them(journeys, now, monkeypatch):
    monkeypatch.setattr("onboarding.sweep.BATCH", 1)
    # Nine in the morning.
    at = now + timedelta(hours=21)
    total = run_sweep(clock=lambda: at, until=at + IDLE, idle_after=IDLE / 4)
    assert (total.journeys, total.clients, total.set_aside) == (4, 4, 2)
