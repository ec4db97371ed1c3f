"""A journey that the clock sweep cannot bring in step keeps no other from it, and is told of until it was."""

from datetime import timedelta

import pytest
from django.db import connection

from checkout.customers import CustomerDetails
from onboarding.clock_sweep import Kept, keep_clocks
from onboarding.models import Journey, JourneyEvent, SlaBreach, SlaTurn
from smplat.db import transaction
from smplat.operations.holds import Subject, place_hold
from smplat.operations.models import HoldScope, SetAside

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = 24 * HOUR
MINUTE = timedelta(minutes=1)


def execute(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def refuse(model, journey):
    """PostgreSQL refuses new rows of a table about this journey."""
    execute(
        f"""
        CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF NEW.journey_id = '{journey.pk}' THEN RAISE EXCEPTION 'poison'; END IF; RETURN NEW; END $$;
        CREATE TRIGGER poison BEFORE INSERT ON {model._meta.db_table} FOR EACH ROW EXECUTE FUNCTION poison()
        """
    )


def heal():
    execute("DROP FUNCTION poison() CASCADE")


def keep(at):
    return keep_clocks(clock=lambda: at)


@pytest.fixture
def journeys(begin, place):
    return [begin(place(customer=CustomerDetails(email=f"{number}@example.test"))) for number in range(3)]


@pytest.fixture
def poison(journeys):
    return journeys[1]


def set_aside():
    return list(SetAside.objects.order_by("sweep").values_list("sweep", "name"))


def test_every_other_turn_follows_the_hold(journeys, poison, now):
    with transaction():
        place_hold(subject=Subject(HoldScope.EVERYTHING, ""), reason="checked", by="bob", until=None, now=now)
    refuse(SlaTurn, poison)
    assert keep(now + HOUR) == Kept(turns=2, stalled=0, breaches=0, set_aside=1)
    assert keep(now + HOUR) == Kept(turns=0, stalled=0, breaches=0)
    assert set(Journey.objects.exclude(pk=poison.pk).values_list("turn", flat=True)) == {"us"}
    assert set_aside() == [("sweep-clocks: turns", poison.order.order_number)]
    heal()
    assert keep(now + HOUR + 5 * MINUTE).turns == 1
    assert set_aside() == []


def test_every_other_journey_is_stalled(journeys, poison, now):
    refuse(JourneyEvent, poison)
    kept = keep(now + DAY)
    assert (kept.stalled, kept.set_aside) == (2, 1)
    assert sorted(Journey.objects.filter(status="stalled").values_list("pk", flat=True)) == sorted(
        journey.pk for journey in journeys if journey != poison
    )
    assert set_aside() == [("sweep-clocks: stalls", poison.order.order_number)]
    heal()
    assert keep(now + DAY + 5 * MINUTE).stalled == 1


def test_every_other_breach_is_recorded(journeys, poison, now):
    Journey.objects.update(status="stalled", stalled_at=now)
    refuse(SlaBreach, poison)
    kept = keep(now + 2 * DAY)
    assert (kept.breaches, kept.set_aside) == (2, 1)
    assert keep(now + 2 * DAY) == Kept(turns=0, stalled=0, breaches=0)
    row = SetAside.objects.get()
    assert (row.sweep, row.name) == ("sweep-clocks: breaches", poison.order.order_number)
    assert row.path == f"/admin/onboarding/journey/{poison.pk}/change/"
    heal()
    assert keep(now + 2 * DAY + 5 * MINUTE).breaches == 1
    assert SlaBreach.objects.filter(journey=poison).count() == 1


def test_what_one_part_cannot_do_does_not_keep_the_others_from_the_same_journey(journeys, poison, now):
    refuse(JourneyEvent, poison)
    kept = keep(now + 2 * DAY)
    assert (kept.stalled, kept.breaches) == (2, 3)
    assert set_aside() == [("sweep-clocks: stalls", poison.order.order_number)]


def test_a_value_that_cannot_be_read_spoils_one_journey_only(journeys, poison, now):
    execute(f"UPDATE onboarding_journeys SET turn_since = 'infinity' WHERE id = '{poison.pk}'")
    kept = keep(now + 2 * DAY)
    assert (kept.stalled, kept.breaches) == (2, 2)
    assert set_aside() == [
        ("sweep-clocks: breaches", poison.order.order_number),
        ("sweep-clocks: stalls", poison.order.order_number),
    ]
