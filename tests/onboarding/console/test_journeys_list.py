"""The command centre: filtered, searched, downloaded, and with reasons."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from checkout.models import Order
from checkout.states import OrderStatus
from onboarding.actions.toggle_task import toggle_task
from onboarding.at_risk import with_counts
from onboarding.console.totals import read_totals
from onboarding.models import Artifact, ExperimentSegment, Journey, JourneyEvent, Task
from onboarding.queries.journeys import summarise
from onboarding.states import ActorType
from smplat import clock
from smplat.console.models import User
from tests.unfold_lists import assert_reads_as_unfold_writes_it

LIST = "/admin/onboarding/journey/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def fresh(begin):
    """Makes a journey that has just begun."""
    return lambda **said: begin(at=clock.now(), **said)


def shown(client, **query):
    return {row.pk for row in client.get(LIST, query).context["cl"].result_list}


def leave_alone(journey, **since):
    Journey.objects.filter(pk=journey.pk).update(last_touch_at=clock.now() - timedelta(**since))


def take_part(journey, *, slug="winter-price", variant="b"):
    event = JourneyEvent.objects.filter(journey=journey).first()
    ExperimentSegment.objects.create(
        event=event,
        journey=journey,
        order_id=journey.order_id,
        position=ExperimentSegment.objects.count(),
        slug=slug,
        variant_key=variant,
        recorded_at=clock.now(),
    )


def test_a_journey_is_found_by_number_address_referral_code_and_id(fresh, signed_in):
    journey, _other = fresh(referral_code="SMPLAT-9C01AB"), fresh()
    client = signed_in("operator")
    number = journey.order.order_number
    for words in (number, number[2:], "SMPLAT-9C01AB", str(journey.pk), str(journey.order_id)):
        assert shown(client, q=words) == {journey.pk}, words
    assert journey.pk in shown(client, q="ADA@example.test")


@pytest.mark.parametrize("words", ["SM999999", "nobody@example.test", "SMPLAT-9C", "' OR 1=1", "%00@"])
def test_a_search_that_names_nothing_finds_nothing(words, fresh, signed_in):
    fresh(referral_code="SMPLAT-9C01AB")
    assert shown(signed_in("operator"), q=words) == set()


def test_a_viewer_neither_sees_nor_finds_addresses(fresh, signed_in):
    fresh()
    client = signed_in("viewer")
    assert b"ada@example.test" not in client.get(LIST).content
    assert shown(client, q="ada@example.test") == set()


def test_risk_filters_by_silence_and_standstill(fresh, signed_in):
    new, quiet, silent, stalled = fresh(), fresh(), fresh(), fresh()
    leave_alone(quiet, hours=37)
    leave_alone(silent, hours=73)
    Journey.objects.filter(pk=stalled.pk).update(status="stalled", stalled_at=clock.now())
    client = signed_in("viewer")
    assert shown(client, risk="high") == {silent.pk, stalled.pk}
    assert shown(client, risk="medium") == {quiet.pk}
    assert shown(client, risk="low") == {new.pk}


def test_a_completed_journey_does_not_age_into_risk(fresh, signed_in):
    journey = fresh()
    leave_alone(journey, days=90)
    Journey.objects.update(status="completed", completed_at=clock.now())
    assert shown(signed_in("viewer"), risk="low") == {journey.pk}


def test_the_risk_is_shown_with_its_reasons(fresh, signed_in):
    journey = fresh()
    leave_alone(journey, hours=80)
    Task.objects.filter(journey=journey, slug="intake").update(due_at=clock.now() - timedelta(hours=1))
    page = signed_in("viewer").get(LIST).content.decode()
    assert "silent for three days or more, overdue tasks, something was not handed in" in page
    assert "1 overdue, 1 not handed in" in page


def test_overdue_and_awaited_are_found(fresh, signed_in):
    late, complete = fresh(), fresh()
    Task.objects.filter(journey=late, slug="intake").update(due_at=clock.now() - timedelta(hours=1))
    Artifact.objects.filter(journey=complete).update(received_at=clock.now(), url="https://files.example.test/a")
    client = signed_in("viewer")
    assert shown(client, waits="overdue") == {late.pk}
    assert shown(client, waits="artifact") == {late.pk}


def test_what_a_skipped_task_asked_for_is_awaited_no_more(fresh, signed_in):
    journey = fresh()
    Task.objects.filter(journey=journey, slug="assets").update(
        status="completed", is_skipped=True, completed_at=clock.now()
    )
    assert shown(signed_in("viewer"), waits="artifact") == set()


@pytest.mark.parametrize(
    ("moment", "state"),
    [("completed_at", {"status": "completed", "is_skipped": True}), ("dropped_at", {})],
    ids=["skipped", "dropped"],
)
def test_the_api_and_the_console_await_nothing_for_a_task_that_needs_no_work(fresh, moment, state):
    journey, other = fresh(), fresh()
    Task.objects.filter(journey=journey, slug="assets").update(**state, **{moment: clock.now()})
    journeys = [journey, other]
    served = {line.journey_id: line.awaiting_artifacts for line in summarise(journeys, now=clock.now())}
    listed = with_counts(Journey.objects.all(), now=clock.now()).values_list("pk", "awaiting_artifacts")
    assert served == dict(listed) == {journey.pk: 0, other.pk: 1}


def test_owners_find_their_own(fresh, signed_in, person):
    mine, hers, nobodys = fresh(), fresh(), fresh()
    client = signed_in("operator")
    eve = person("eve", "operator")
    Journey.objects.filter(pk=mine.pk).update(owner=User.objects.get(username="operator"))
    Journey.objects.filter(pk=hers.pk).update(owner=eve)
    assert shown(client, owner="me") == {mine.pk}
    assert shown(client, owner="none") == {nobodys.pk}
    assert shown(client, owner=str(eve.pk)) == {hers.pk}


def test_experiments_and_referrals_filter(fresh, signed_in):
    one, other = fresh(referral_code="ABC"), fresh()
    take_part(one)
    take_part(other, slug="Winter-Price", variant="A")
    client = signed_in("viewer")
    assert shown(client, experiment="winter-price") == {one.pk, other.pk}
    assert shown(client, experiment="WINTER-price:b") == {one.pk}
    assert shown(client, experiment="winter") == set()
    assert shown(client, referral="yes") == {one.pk}
    assert shown(client, referral="no") == {other.pk}


def test_a_tick_of_the_client_is_in_the_list_on_the_next_read(fresh, signed_in):
    journey = fresh()
    console = signed_in("viewer")
    assert "0\N{NO-BREAK SPACE}of\N{NO-BREAK SPACE}3" in console.get(LIST).content.decode()
    tick_intake(journey)
    assert "1\N{NO-BREAK SPACE}of\N{NO-BREAK SPACE}3" in console.get(LIST).content.decode()


def tick_intake(journey):
    task = journey.tasks.get(slug="intake")
    toggle_task(order_id=journey.order_id, task_id=task.pk, completed=True, actor=ActorType.CLIENT, now=clock.now())


def test_totals_stand_above_whatever_the_filter(fresh, signed_in):
    fresh()
    leave_alone(fresh(referral_code="X"), days=4)
    totals = {total.title: total.value for total in signed_in("viewer").get(LIST, {"risk": "low"}).context["totals"]}
    assert totals == {
        "Active": "2",
        "Stalled": "0",
        "Completed": "0",
        "High risk": "1",
        "Overdue": "0",
        "Awaiting artifacts": "2",
        "With a referral": "1",
    }


def test_no_total_reads_more_than_its_limit(fresh, monkeypatch):
    monkeypatch.setattr("onboarding.console.totals.COUNTED_UP_TO", 1)
    fresh(), fresh()
    with CaptureQueriesContext(connection) as captured:
        totals = {total.title: total.value for total in read_totals(now=clock.now())}
    assert (totals["Active"], totals["Completed"]) == ("1+", "0")
    assert [entry["sql"] for entry in captured if "LIMIT" not in entry["sql"]] == []


def read_csv(answer):
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


def test_the_file_holds_what_the_filter_shows(fresh, signed_in):
    fresh()
    journey = fresh(referral_code="=1+1")
    [row] = read_csv(signed_in("operator").get("/admin/onboarding/journeys.csv?referral=yes"))
    assert (row["order_number"], row["total_tasks"], row["progress_percentage"]) == (
        journey.order.order_number,
        "3",
        "0.00",
    )
    assert (row["referral_code"], row["customer_email"]) == ("'=1+1", "ada@example.test")


def test_the_file_of_a_viewer_names_no_customer(fresh, signed_in):
    fresh()
    [row] = read_csv(signed_in("viewer").get("/admin/onboarding/journeys.csv"))
    assert "customer_email" not in row


def test_the_list_asks_as_many_questions_for_twenty_journeys_as_for_one(fresh, signed_in):
    client = signed_in("operator")
    fresh()
    client.get(LIST)
    with CaptureQueriesContext(connection) as one:
        client.get(LIST)
    for _ in range(19):
        fresh()
    with CaptureQueriesContext(connection) as twenty:
        client.get(LIST)
    assert len(twenty) == len(one)


def test_the_list_reads_as_unfold_writes_it(fresh, signed_in, monkeypatch):
    leave_alone(fresh(), days=9)
    Task.objects.filter(journey=fresh(), slug="intake").update(due_at=clock.now() - timedelta(days=7))
    assert_reads_as_unfold_writes_it(signed_in("operator"), LIST, monkeypatch)


def test_an_empty_list_is_a_page(signed_in):
    assert signed_in("viewer").get(LIST).status_code == 200


def test_the_command_search_jumps_to_a_journey(fresh, signed_in):
    journey = fresh(referral_code="SMPLAT-1")
    page = signed_in("viewer").get("/admin/search/", {"s": "SMPLAT-1"}).content.decode()
    assert f"{LIST}{journey.pk}/change/" in page


@pytest.mark.parametrize(("title", "query"), [("at high risk", {"risk": "high"}), ("Overdue", {"waits": "overdue"})])
def test_a_canceled_order_needs_nobody_on_the_first_page_nor_in_its_list(client, person, fresh, title, query):
    client.force_login(person("bob", "operator"))
    gone, left = fresh(), fresh()
    for journey in (gone, left):
        leave_alone(journey, days=9)
        Task.objects.filter(journey=journey, slug="intake").update(due_at=clock.now() - timedelta(days=7))
    Order.objects.filter(pk=gone.order_id).update(status=OrderStatus.CANCELED)
    assert shown(client, **query) == {left.pk}
    cards = client.get("/admin/").context["attention"].cards
    assert [card.count for card in cards if title in card.title] == [1]
