"""The client's page: what it shows, what it changes, and for whom it does not open."""

from datetime import timedelta

import pytest
from django.test import Client

from checkout.links import Purpose, mint_token
from checkout.models import Order
from onboarding.links import checklist_link
from onboarding.models import Interaction, JourneyEvent, Task
from smplat import clock
from smplat.api.throttles import Throttle

pytestmark = pytest.mark.django_db


def address_of(journey, *, purpose=Purpose.CHECKLIST, lives=timedelta(days=1)):
    return "/c/" + mint_token(order_id=journey.order_id, purpose=purpose, expires_at=clock.now() + lives)


def tick(client, journey, task, *, completed="yes"):
    return client.post(address_of(journey), {"task": str(task.pk), "completed": completed}, follow=True)


def test_following_the_link_shows_the_tasks_and_changes_nothing(client, begin):
    journey = begin()
    events = JourneyEvent.objects.count()
    page = client.get(address_of(journey)).content.decode()
    assert "Ada, let\u2019s get you started" in page
    assert "<strong>0 of 3</strong> done" in page
    assert JourneyEvent.objects.count() == events


def test_a_link_that_is_opened_too_often_asks_for_a_moment_and_changes_nothing(client, begin, settings):
    journey = begin()
    settings.THROTTLE_ANONYMOUS_PER_MINUTE = 2
    address, task = address_of(journey), journey.tasks.get(slug="intake")
    assert [client.get(address).status_code for _ in range(2)] == [200, 200]
    refused = client.post(address, {"task": str(task.pk), "completed": "yes"})
    assert (refused.status_code, refused.headers["Referrer-Policy"]) == (429, "no-referrer")
    assert 1 <= int(refused.headers["Retry-After"]) <= 120
    assert "wait a minute and open it again" in refused.content.decode()
    task.refresh_from_db()
    assert task.status == "pending"
    # Another link is counted by itself.
    assert client.get(address_of(journey, lives=timedelta(days=2))).status_code == 200


def test_an_address_that_tries_many_links_is_refused(client, begin, settings):
    settings.THROTTLE_PUBLISHABLE_PER_MINUTE = 2
    from_one = {"REMOTE_ADDR": "203.0.113.77"}
    assert [client.get(f"/c/guess-{guess}", **from_one).status_code for guess in range(3)] == [404, 404, 429]
    assert client.get(address_of(begin()), REMOTE_ADDR="203.0.113.78").status_code == 200


def test_without_redis_the_page_opens(client, begin, settings, monkeypatch):
    # Nothing listens on the discard port.
    monkeypatch.setattr("smplat.link_pages.throttle", Throttle("redis://127.0.0.1:9/0"))
    settings.THROTTLE_ANONYMOUS_PER_MINUTE = 1
    journey = begin()
    assert [client.get(address_of(journey)).status_code for _ in range(3)] == [200, 200, 200]


def test_a_tick_completes_the_task_as_the_client(client, begin):
    journey = begin()
    task = journey.tasks.get(slug="intake")
    page = tick(client, journey, task).content.decode()
    assert "Thank you, that is ticked off." in page
    task.refresh_from_db()
    assert task.status == "completed"
    assert Interaction.objects.get(task=task).actor_type == "client"


def test_a_tick_can_be_taken_back(client, begin):
    journey = begin()
    task = journey.tasks.get(slug="intake")
    tick(client, journey, task)
    page = tick(client, journey, task, completed="no").content.decode()
    assert "The tick is taken back." in page
    task.refresh_from_db()
    assert task.status == "pending"


def test_ticking_twice_is_once(client, begin):
    journey = begin()
    task = journey.tasks.get(slug="intake")
    for _ in range(2):
        tick(client, journey, task)
    assert Interaction.objects.filter(task=task).count() == 1


def test_ticking_works_without_a_cookie_or_a_script(begin):
    journey = begin()
    strict = Client(enforce_csrf_checks=True)
    assert tick(strict, journey, journey.tasks.get(slug="intake")).status_code == 200
    assert strict.cookies == {}


@pytest.mark.parametrize("task", ["", "x", "00000000-0000-7000-8000-000000000000", "\0"])
def test_a_task_that_is_not_on_the_list_changes_nothing(task, client, begin):
    journey = begin()
    page = client.post(address_of(journey), {"task": task, "completed": "yes"}, follow=True).content.decode()
    assert "This is not on your list any more." in page
    assert not Task.objects.filter(status="completed").exists()


def test_a_task_of_somebody_else_is_not_on_the_list(client, begin):
    journey, other = begin(), begin()
    page = tick(client, journey, other.tasks.first()).content.decode()
    assert "This is not on your list any more." in page
    assert not Task.objects.filter(status="completed").exists()


def test_the_last_tick_ends_the_list(client, begin):
    journey = begin()
    for task in journey.tasks.all():
        page = tick(client, journey, task).content.decode()
    assert "All done, Ada!" in page
    assert "<strong>3 of 3</strong> done: we have everything we need" in page


def hand_in(client, journey, url, *, artifact=None):
    wanted = artifact or journey.artifacts.get().pk
    return client.post(address_of(journey), {"artifact": str(wanted), "url": url}, follow=True).content.decode()


def test_a_link_is_handed_in_and_completes_the_task_that_asked_for_it(client, begin):
    journey = begin()
    page = hand_in(client, journey, "https://files.example.test/a")
    assert "Thank you, we have it." in page
    assert 'href="https://files.example.test/a"' in page
    assert journey.tasks.get(slug="assets").status == "completed"


@pytest.mark.parametrize("url", ["", "x", "javascript:alert(1)", "data:text/html,x", "https://", "\0"])
def test_what_is_no_link_is_not_taken_in(url, client, begin):
    journey = begin()
    assert "That is no link yet" in hand_in(client, journey, url)
    assert journey.artifacts.get().received_at is None


def test_nothing_can_be_handed_in_for_somebody_else(client, begin):
    journey, other = begin(), begin()
    page = hand_in(client, journey, "https://files.example.test/a", artifact=other.artifacts.get().pk)
    assert "This is not on your list any more." in page
    assert other.artifacts.get().received_at is None


def test_due_times_are_those_of_the_clients_clock(client, begin):
    journey = begin()
    journey.order.customer.time_zone = "America/Sao_Paulo"
    journey.order.customer.save()
    page = client.get(address_of(journey)).content.decode()
    # Begun on 1 June at 12:00 UTC, due two days later.
    assert "Was due Wednesday 3 June, 09:00" in page
    assert "Times are those of America/Sao_Paulo." in page


def test_a_skipped_task_is_not_needed_and_cannot_be_ticked(client, begin, now):
    journey = begin()
    journey.tasks.filter(slug="assets").update(status="completed", is_skipped=True, completed_at=now)
    page = client.get(address_of(journey)).content.decode()
    assert "Not needed for your order" in page
    assert "Hand in your files and access</h2>" in page
    assert "Tick off: Hand in your files and access" not in page


def test_a_task_waits_for_the_one_before_it(client, begin):
    journey = begin()
    journey.tasks.filter(slug="assets").update(depends_on="intake")
    page = client.get(address_of(journey)).content.decode()
    assert "Comes after “Tell us about your campaign”." in page
    assert "Tick off: Hand in your files and access" not in page


def test_a_canceled_order_asks_for_nothing(client, begin):
    journey = begin()
    Order.objects.update(status="canceled")
    page = client.get(address_of(journey)).content.decode()
    assert "This order was canceled" in page
    assert "<button" not in page


def test_an_order_without_a_customer_has_a_list_too(client, begin, place):
    page = client.get(address_of(begin(place(customer=None)))).content.decode()
    assert "Let\u2019s get you started" in page


def test_an_expired_link_says_so_and_changes_nothing(client, begin):
    journey = begin()
    address = address_of(journey, lives=timedelta(seconds=-1))
    task = journey.tasks.first()
    for answer in (client.get(address), client.post(address, {"task": str(task.pk), "completed": "yes"})):
        assert answer.status_code == 410
        assert "This link has expired" in answer.content.decode()
    assert not Task.objects.filter(status="completed").exists()


@pytest.mark.parametrize("purpose", [Purpose.CUSTOMER, Purpose.RESUME])
def test_a_link_for_something_else_does_not_open_the_list(purpose, client, begin):
    assert client.get(address_of(begin(), purpose=purpose)).status_code == 404


@pytest.mark.parametrize("token", ["x", "ImEi:1:2", "a" * 5000, "%00"])
def test_a_link_that_is_not_ours_is_a_friendly_404(token, client, db):
    answer = client.get(f"/c/{token}")
    assert answer.status_code == 404
    assert "This link does not work" in answer.content.decode()


def test_an_order_without_a_journey_has_no_list(client, place):
    address = "/c/" + mint_token(order_id=place().pk, purpose=Purpose.CHECKLIST, expires_at=clock.now() + timedelta(1))
    assert client.get(address).status_code == 404


def test_the_page_is_not_kept_indexed_or_referred(client, begin):
    answer = client.get(address_of(begin()))
    assert "no-store" in answer["Cache-Control"]
    assert (answer["X-Robots-Tag"], answer["Referrer-Policy"]) == ("noindex", "no-referrer")


def test_the_link_of_a_message_opens_the_page(client, begin, settings):
    settings.API_BASE_URL = "https://ops.example.test"
    link = checklist_link(order_id=begin().order_id, now=clock.now())
    assert link.startswith("https://ops.example.test/c/")
    assert client.get(link.removeprefix("https://ops.example.test")).status_code == 200
