"""Two at once, or fifty: whatever the order, the outcome is as if one had come after the other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from checkout.models import OrderStateEvent
from checkout.states import StateEventType
from onboarding.actions.add_task import NewTask, add_task
from onboarding.actions.change_journeys import change_journeys
from onboarding.actions.move_journeys import move_journeys
from onboarding.actions.publish_template_version import NewVersion, publish_template_version
from onboarding.actions.record_referral_copy import record_referral_copy
from onboarding.actions.skip_task import skip_task
from onboarding.actions.start_journey import Introduction, start_journey
from onboarding.actions.toggle_task import toggle_task
from onboarding.errors import TaskAlreadyDone, TaskSlugTaken, TemplateOutdated
from onboarding.models import Artifact, Interaction, Journey, JourneyEvent, JourneyTemplate, Task
from onboarding.opening import hold_or_open_journey
from onboarding.queries.records import compare_journeys
from onboarding.rules.bulk_changes import ShiftDueTimes, SkipTask
from onboarding.rules.checklists import Line
from onboarding.states import ActorType
from smplat.db import transaction

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("_defaults")]
FIRST_CALLS = 50


def together(*calls: Any) -> list[Any]:
    def run(call):
        try:
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]


def failures(results):
    return [result for result in results if isinstance(result, Exception)]


def test_fifty_first_calls_at_once_make_one_journey_d_04(place, now):
    order = place()
    results = together(
        *[lambda: start_journey(order_id=order.pk, introduction=Introduction("SMPLAT-1"), now=now)] * FIRST_CALLS
    )
    assert not failures(results)
    assert len({result.journey_id for result in results}) == 1
    assert sum(result.is_new for result in results) == 1
    assert (Journey.objects.count(), Task.objects.count(), Artifact.objects.count()) == (1, 3, 1)
    assert JourneyEvent.objects.count() == 1


def test_first_calls_over_http_by_every_door_make_one_journey_d_04(place, settings):
    settings.CHECKOUT_API_KEY = "storefront-key-for-tests"
    settings.THROTTLE_SECRET_PER_MINUTE = 1_000_000
    order = place()
    address = f"/api/v1/orders/{order.pk}/onboarding"
    headers = {"X-API-Key": "storefront-key-for-tests"}
    bodies = {
        "": {},
        "/referral": {"referral_code": "SMPLAT-1"},
        "/pricing-experiments": {"experiments": [{"slug": "winter-price", "variantKey": "b"}]},
    }

    def post(path, body):
        return lambda: (
            Client().post(f"{address}{path}", body, content_type="application/json", headers=headers).status_code
        )

    results = together(*[post(path, body) for path, body in [*bodies.items()] * 6])
    assert sorted(results) == [200] * 6 + [202] * 12
    assert Journey.objects.count() == 1
    assert JourneyEvent.objects.filter(event_type="journey_started").count() == 1
    assert JourneyEvent.objects.filter(event_type="referral_copied").count() == 6
    assert JourneyEvent.objects.filter(event_type="pricing_experiment_segment").count() == 6


def test_who_opens_a_journey_keeps_nobody_from_writing_about_the_order(place, now):
    order = place()

    def write_about_it():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        OrderStateEvent.objects.create(order=order, event_type=StateEventType.NOTE, created_at=now)

    with transaction():
        hold_or_open_journey(order_id=order.pk, at=now, now=now)
        assert together(write_about_it) == [None]


def test_toggles_of_different_tasks_at_once_lose_nothing(begin, now):
    journey = begin()

    def tick(task):
        return lambda: toggle_task(
            order_id=journey.order_id, task_id=task.pk, completed=True, actor=ActorType.CLIENT, now=now
        )

    assert not failures(together(*[tick(task) for task in journey.tasks.all()]))
    journey.refresh_from_db()
    assert (journey.status, str(journey.progress_percentage)) == ("completed", "100.00")
    assert JourneyEvent.objects.filter(event_type="task_status_changed").count() == 3


def test_the_same_tick_eight_times_at_once_is_written_once(begin, now):
    journey = begin()
    task = journey.tasks.get(slug="intake")
    tick = lambda: toggle_task(  # noqa: E731
        order_id=journey.order_id, task_id=task.pk, completed=True, actor=ActorType.CLIENT, now=now
    )
    results = together(*[tick] * 8)
    assert sum(result.has_changed for result in results) == 1
    assert (Interaction.objects.count(), JourneyEvent.objects.count()) == (1, 2)


def test_a_tick_and_a_skip_at_once_leave_one_of_them(begin, now):
    journey = begin()
    task = journey.tasks.get(slug="intake")
    results = together(
        lambda: toggle_task(
            order_id=journey.order_id, task_id=task.pk, completed=True, actor=ActorType.CLIENT, now=now
        ),
        lambda: skip_task(journey_id=journey.pk, task_id=task.pk, reason="holiday", by="alice", now=now),
    )
    assert all(isinstance(error, TaskAlreadyDone) for error in failures(results))
    assert JourneyEvent.objects.filter(event_type="task_status_changed").count() == 1


def test_one_task_added_twice_at_once_is_added_once(begin, now):
    journey = begin()
    add = lambda: add_task(  # noqa: E731
        journey_id=journey.pk, new=NewTask("Sign the contract"), reason="legal", by="alice", now=now
    )
    results = together(add, add)
    assert [type(error) for error in failures(results)] == [TaskSlugTaken]
    assert journey.tasks.count() == 4


def test_copies_at_once_are_all_recorded_and_one_code_is_kept(begin, now):
    journey = begin()

    def copy(number):
        return lambda: record_referral_copy(order_id=journey.order_id, referral_code=f"SMPLAT-{number}", now=now)

    assert not failures(together(*[copy(number) for number in range(8)]))
    journey.refresh_from_db()
    codes = JourneyEvent.objects.filter(event_type="referral_copied").order_by("id").values_list("metadata", flat=True)
    assert len(codes) == 8
    assert journey.referral_code == codes[0]["referral_code"]


def test_bulk_changes_in_opposite_order_do_not_lock_each_other_out(begin, now):
    journeys = [begin() for _ in range(6)]
    ids = [journey.pk for journey in journeys]

    def change(what, selected):
        return lambda: change_journeys(
            journey_ids=selected, change=what, expected_digest="", reason="holiday", by="alice", now=now
        )

    shift = ShiftDueTimes(timedelta(days=1), slug="collaboration")
    assert not failures(together(change(SkipTask("intake"), ids), change(shift, ids[::-1])))
    assert Task.objects.filter(is_skipped=True).count() == 6
    assert set(Task.objects.filter(slug="collaboration").values_list("due_at", flat=True)) == {now + timedelta(days=8)}


def test_two_runs_of_a_move_at_once_move_each_journey_once(begin, now):
    journeys = [begin() for _ in range(6)]
    lines = [Line("intake", "Brief"), Line("contract", "Contract")]
    new = NewVersion(slug="default", title="Shorter", lines=lines, based_on=1)
    published = publish_template_version(new=new, reason="shorter", by="alice", now=now)

    def move():
        return move_journeys(template_id=published.template_id, reason="shorter", by="alice", now=now)

    results = together(move, move)
    assert not failures(results)
    assert sum(result.totals.journeys for result in results) == 6
    assert JourneyEvent.objects.filter(event_type="template_changed").count() == 6
    assert {tuple(one.differences) for one in compare_journeys([journey.pk for journey in journeys])} == {()}


def test_two_publications_of_the_same_version_at_once_leave_one(now):
    def publish(title):
        new = NewVersion(slug="default", title=title, lines=[Line("intake", "Brief")], based_on=1)
        return lambda: publish_template_version(new=new, reason="shorter", by="alice", now=now)

    results = together(publish("One"), publish("Two"))
    assert [type(error) for error in failures(results)] == [TemplateOutdated]
    assert JourneyTemplate.objects.filter(slug="default").count() == 2
