"""The page of one journey, the part of it that keeps itself up to date, and the cards of the first page."""

from datetime import timedelta

import pytest

from checkout.models import Customer, Order
from onboarding.actions.record_experiments import Experiment, record_experiments
from onboarding.actions.toggle_task import toggle_task
from onboarding.cards import artifacts_awaited, journeys_at_risk, overdue_onboarding
from onboarding.models import Artifact, Interaction, Journey
from onboarding.states import ActorType
from smplat import clock
from smplat.console import timeline
from smplat.console.attention import AttentionContext
from smplat.console.timeline import TimelineContext
from tests.checkout.conftest import NOW

pytestmark = pytest.mark.django_db


def page_of(journey):
    return f"/admin/onboarding/journey/{journey.pk}/change/"


def live_of(journey, version=""):
    return f"/admin/onboarding/journeys/{journey.pk}/live/?version={version}"


def tick(journey, slug="intake"):
    task = journey.tasks.get(slug=slug)
    toggle_task(order_id=journey.order_id, task_id=task.pk, completed=True, actor=ActorType.CLIENT, now=clock.now())


def test_the_page_tells_tasks_artifacts_and_interactions(begin, signed_in):
    journey = begin()
    tick(journey)
    page = signed_in("viewer").get(page_of(journey)).content.decode()
    assert "<strong>1 of 3</strong> tasks done" in page
    assert "Hand in your files and access" in page
    assert "Creative files" in page
    assert "Completed: Tell us about your campaign" in page


def test_the_page_says_once_where_it_is_and_tells_the_time_of_the_client(begin, signed_in, monkeypatch, now):
    journey = begin()
    Customer.objects.update(time_zone="Asia/Tokyo")
    monkeypatch.setattr(clock, "now", lambda: now)
    page = signed_in("operator").get(page_of(journey)).content.decode()
    assert f"Onboarding of {journey.order.order_number}" in page
    assert "Breadcrumbs" not in page
    assert "21:00, Monday in Asia/Tokyo" in page


def test_an_open_page_is_told_nothing_until_something_happens(begin, signed_in):
    journey = begin(at=clock.now())
    client = signed_in("viewer")
    version = client.get(page_of(journey)).context["version"]
    assert client.get(live_of(journey, version)).status_code == 204
    tick(journey)
    answer = client.get(live_of(journey, version))
    assert answer.status_code == 200
    assert "<strong>1 of 3</strong> tasks done" in answer.content.decode()


def test_a_journey_that_is_gone_has_no_live_part(signed_in, db):
    address = "/admin/onboarding/journeys/00000000-0000-7000-8000-000000000000/live/"
    assert signed_in("viewer").get(address).status_code == 404


def test_what_was_handed_in_is_linked_only_when_it_is_an_address(begin, signed_in, now):
    journey = begin()
    Artifact.objects.filter(journey=journey).update(url="javascript:alert(1)", received_at=now)
    assert "javascript:" not in signed_in("viewer").get(page_of(journey)).content.decode()


def cards(provider):
    return [(card.title, card.count) for card in provider(AttentionContext(now=clock.now()))]


def test_cards_name_what_is_late_silent_and_missing(begin):
    begin()  # months ago by the real clock
    assert cards(overdue_onboarding) == [("Overdue onboarding tasks", 3)]
    assert cards(journeys_at_risk) == [("Onboarding journeys at high risk", 1)]
    assert cards(artifacts_awaited) == [("Artifacts not handed in", 1)]


def test_the_page_of_a_canceled_order_calls_for_nothing(begin, signed_in):
    journey, client = begin(), signed_in("operator")
    page = client.get(page_of(journey)).content.decode()
    assert [words in page for words in ("journey-remind", ">overdue<", ">awaited<")] == [True, True, True]
    Order.objects.update(status="canceled")
    page = client.get(page_of(journey)).content.decode()
    assert "The order was canceled" in page
    assert [words in page for words in ("journey-remind", ">overdue<", ">awaited<")] == [False, False, False]


@pytest.mark.parametrize("status", ["canceled", "on_hold"])
def test_nobody_is_called_for_an_order_at_rest(status, begin):
    begin()
    Order.objects.update(status=status)
    assert [*cards(overdue_onboarding), *cards(journeys_at_risk), *cards(artifacts_awaited)] == []


def test_nothing_waits_while_journeys_are_fresh(begin):
    journey = begin(at=clock.now() - timedelta(minutes=1))
    Artifact.objects.filter(journey=journey).update(received_at=clock.now(), url="https://files.example.test/a")
    assert [*cards(overdue_onboarding), *cards(journeys_at_risk), *cards(artifacts_awaited)] == []
    assert Journey.objects.count() == 1


def lines_of(journey, *, may=lambda _permission: True):
    return [(line.source, line.title) for line in timeline.read(TimelineContext(journey.order_id, may)).lines]


def test_the_orders_timeline_tells_the_onboarding(begin):
    journey = begin()
    tick(journey)
    told = lines_of(journey)
    assert ("Onboarding", "Journey started") in told
    assert ("Onboarding", "Tell us about your campaign: completed") in told
    assert ("Turns", "Turn: Client") in told


def test_what_a_reminder_says_is_for_those_who_see_customers(begin):
    journey = begin()
    Interaction.objects.create(
        journey=journey, actor_type="operator", channel="email", summary="Reminder", details="Dear Ada", created_at=NOW
    )
    for may, said in ((True, "Dear Ada"), (False, "")):
        read = timeline.read(TimelineContext(journey.order_id, lambda _permission, may=may: may))
        [line] = [line for line in read.lines if line.title == "Reminder (Email)"]
        assert line.detail == said


def test_the_page_tells_reminders_experiments_providers_and_the_clock(begin, signed_in):
    journey = begin(at=clock.now() - timedelta(hours=30))
    record_experiments(
        order_id=journey.order_id, experiments=[Experiment(slug="winter-price", variant_key="b")], now=clock.now()
    )
    page = signed_in("viewer").get(page_of(journey))
    assert {(line.title, line.idle_hours) for line in page.context["nudges"]} == {
        ("Tell us about your campaign", 30),
        ("Hand in your files and access", 30),
        ("Choose how we stay in touch", 30),
    }
    assert [experiment.slug for experiment in page.context["experiments"]] == ["winter-price"]
    [provider] = page.context["providers"]
    assert (provider.name, provider.items, provider.is_paused) == ("Acme SMM", "Reels starter", False)
    assert ("Client", "1 d 6 h") in page.context["clock"].waited
