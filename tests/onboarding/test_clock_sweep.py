"""What time, holds and moving orders do to journeys: turns, stalls and breaches."""

from datetime import timedelta

import pytest

from checkout.actions.change_order_status import change_order_status
from checkout.actors import Actor
from checkout.models import Order
from checkout.states import ActorType as CheckoutActor
from checkout.states import OrderStatus
from onboarding.actions.change_due_time import change_due_time
from onboarding.actions.change_journeys import change_journeys
from onboarding.actions.skip_task import skip_task
from onboarding.actions.toggle_task import toggle_task
from onboarding.clock_sweep import Kept, keep_clocks
from onboarding.clocks import clock_of, report_sides
from onboarding.models import JourneyEvent, SlaBreach, SlaTurn, Task
from onboarding.rules.bulk_changes import ShiftDueTimes
from onboarding.states import ActorType, Side
from smplat.db import transaction
from smplat.operations.holds import Subject, place_hold, release_holds
from smplat.operations.models import HoldScope
from smplat.outbox.relay import relay_channel

HOUR = timedelta(hours=1)
DAY = 24 * HOUR
NONE = timedelta(0)
# The one behind every order of the small shop.
PROVIDER = "prov-9"


@pytest.fixture
def keep():
    return lambda at: keep_clocks(clock=lambda: at)


@pytest.fixture
def hold(now):
    def hold(scope, key="", *, at=now, until=None):
        with transaction():
            place_hold(subject=Subject(scope, key), reason="checked", by="bob", until=until, now=at)

    return hold


@pytest.fixture
def release():
    def release(scope, key="", *, at):
        with transaction():
            release_holds(subject=Subject(scope, key), by="bob", now=at)

    return release


@pytest.fixture
def move():
    """Changes an order's status, and lets onboarding hear of it."""

    def move(journey, status, *, at):
        by = Actor(CheckoutActor.ADMIN, "1", "bob")
        change_order_status(
            order_id=journey.order_id, wanted=status, by=by, notes="", metadata=None, occurred_at=at, now=at
        )
        relay_channel("event", clock=lambda: at, until=at + HOUR)
        journey.refresh_from_db()

    return move


def turns(journey):
    return list(SlaTurn.objects.filter(journey=journey).order_by("at", "id").values_list("side", "reason", "at"))


def tick(journey, slug, at, *, completed=True):
    task = journey.tasks.get(slug=slug)
    toggle_task(order_id=journey.order_id, task_id=task.pk, completed=completed, actor=ActorType.CLIENT, now=at)
    journey.refresh_from_db()


def test_a_paused_provider_has_the_turn_until_its_hold_ends(begin, keep, hold, release, now):
    journey = begin()
    hold(HoldScope.PROVIDER, PROVIDER)
    assert keep(now + HOUR) == Kept(turns=1, stalled=0, breaches=0)
    assert keep(now + 2 * HOUR).turns == 0
    release(HoldScope.PROVIDER, PROVIDER, at=now + 3 * HOUR)
    assert keep(now + 3 * HOUR).turns == 1
    assert turns(journey) == [
        ("client", "task-open", now),
        ("provider", "provider-held", now + HOUR),
        ("client", "task-open", now + 3 * HOUR),
    ]


@pytest.mark.parametrize("scope", [HoldScope.ORDER, HoldScope.EVERYTHING])
def test_what_we_hold_is_our_turn_until_the_hold_runs_out(scope, begin, keep, hold, now):
    journey = begin()
    hold(scope, str(journey.order_id) if scope is HoldScope.ORDER else "", until=now + 5 * HOUR)
    assert keep(now + HOUR).turns == 1
    assert keep(now + 4 * HOUR).turns == 0
    assert keep(now + 5 * HOUR).turns == 1
    assert turns(journey)[1:] == [("us", "held", now + HOUR), ("client", "task-open", now + 5 * HOUR)]


def test_a_hold_on_another_order_or_provider_passes_no_turn(begin, keep, hold, now):
    begin()
    hold(HoldScope.PROVIDER, "prov-other")
    hold(HoldScope.ORDER, "0190f5d0-0000-7000-8000-00000000000a")
    assert keep(now + HOUR).turns == 0


def test_what_waited_on_us_anyway_does_not_change_sides_by_our_own_hold(begin, keep, hold, release, now):
    journey = begin()
    Task.objects.filter(slug="intake").update(status="blocked")
    hold(HoldScope.ORDER, str(journey.order_id))
    keep(now + HOUR)
    release(HoldScope.ORDER, str(journey.order_id), at=now + 2 * HOUR)
    keep(now + 2 * HOUR)
    assert turns(journey)[1:] == [("us", "held", now + HOUR)]


def test_an_order_on_hold_stops_the_clock_and_goes_on_when_it_moves(begin, move, now):
    journey = begin()
    move(journey, OrderStatus.PROCESSING, at=now + HOUR)
    move(journey, OrderStatus.ON_HOLD, at=now + 2 * HOUR)
    assert (journey.turn, journey.turn_since) == ("nobody", now + 2 * HOUR)
    move(journey, OrderStatus.PROCESSING, at=now + 5 * HOUR)
    assert [(side, at) for side, _, at in turns(journey)] == [
        ("client", now),
        ("nobody", now + 2 * HOUR),
        ("client", now + 5 * HOUR),
    ]
    assert journey.nudge_due_at == now + 5 * HOUR + DAY


def test_a_canceled_order_is_nobodys_turn(begin, move, now):
    journey = begin()
    move(journey, OrderStatus.CANCELED, at=now + HOUR)
    assert journey.turn == "nobody"


def test_a_task_that_checks_for_fulfillment_completes_when_the_order_gets_there(begin, move, now):
    journey = begin()
    Task.objects.filter(slug="collaboration").update(self_check="order-in-fulfillment")
    move(journey, OrderStatus.ACTIVE, at=now + HOUR)
    task = journey.tasks.get(slug="collaboration")
    assert (task.status, task.completed_at) == ("completed", now + HOUR)


def test_a_move_of_an_order_without_a_journey_is_heard_and_forgotten(place, now):
    order = place()
    by = Actor(CheckoutActor.ADMIN, "1", "bob")
    change_order_status(
        order_id=order.pk, wanted=OrderStatus.CANCELED, by=by, notes="", metadata=None, occurred_at=now, now=now
    )
    assert relay_channel("event", clock=lambda: now, until=now + HOUR).dead == 0


def test_nothing_moved_for_five_days_is_stalled_and_progress_brings_it_back(begin, keep, now):
    journey = begin()
    tick(journey, "intake", now)
    assert keep(now + 5 * DAY - HOUR).stalled == 0
    assert keep(now + 5 * DAY).stalled == 1
    journey.refresh_from_db()
    assert (journey.status, journey.stalled_at) == ("stalled", now + 5 * DAY)
    event = JourneyEvent.objects.get(status_after="stalled")
    assert (event.status_before, event.metadata) == ("active", {"reason": "nothing-moved"})
    assert keep(now + 6 * DAY).stalled == 0
    tick(journey, "collaboration", now + 6 * DAY)
    assert (journey.status, journey.stalled_at) == ("active", None)


def test_an_unpaid_order_whose_tasks_were_never_begun_is_stalled_after_a_day_and_paying_brings_it_back(
    begin, keep, move, now
):
    journey = begin()
    assert keep(now + DAY - HOUR).stalled == 0
    assert keep(now + DAY).stalled == 1
    assert JourneyEvent.objects.get(status_after="stalled").metadata == {"reason": "never-begun"}
    move(journey, OrderStatus.PROCESSING, at=now + 2 * DAY)
    assert (journey.status, journey.last_progress_at) == ("active", now + 2 * DAY)


def test_a_paid_order_whose_tasks_were_never_begun_has_the_whole_patience(begin, keep, place, now):
    begin()
    Order.objects.update(status=OrderStatus.PROCESSING)
    assert keep(now + 4 * DAY).stalled == 0


def test_nothing_stalls_while_it_is_nobodys_turn(begin, keep, move, now):
    move(begin(), OrderStatus.CANCELED, at=now + HOUR)
    assert keep(now + 9 * DAY).stalled == 0


def test_a_due_time_that_passed_is_charged_once_to_the_side_that_had_most_of_the_time(begin, keep, hold, now):
    journey = begin()
    hold(HoldScope.PROVIDER, PROVIDER)
    assert keep(now + 18 * HOUR).breaches == 0
    assert keep(now + 2 * DAY).breaches == 1
    assert keep(now + 2 * DAY + HOUR).breaches == 0
    breach = SlaBreach.objects.get()
    assert (breach.task.slug, breach.due_at, breach.charged_to) == ("intake", now + 2 * DAY, "provider")
    assert (breach.client_seconds, breach.us_seconds, breach.provider_seconds) == (18 * 3600, 0, 30 * 3600)
    assert clock_of(journey, now=now + 2 * DAY).breaches == [breach]


def test_another_due_time_can_be_breached_again(begin, keep, now):
    begin()
    keep(now + 2 * DAY)
    Task.objects.filter(slug="intake").update(due_at=now + 3 * DAY)
    assert keep(now + 3 * DAY).breaches == 1
    assert SlaBreach.objects.filter(task__slug="intake").count() == 2


def end_by_ticking(journey, task, at):
    toggle_task(order_id=journey.order_id, task_id=task.pk, completed=True, actor=ActorType.CLIENT, now=at)


def end_by_skipping(journey, task, at):
    skip_task(journey_id=journey.pk, task_id=task.pk, reason="Not needed.", by="bob", now=at)


def end_by_moving_the_time(journey, task, at):
    due_at = at + DAY
    change_due_time(journey_id=journey.pk, task_id=task.pk, due_at=due_at, reason="Ill.", by="bob", now=at)


def end_by_moving_many(journey, task, at):
    change = ShiftDueTimes(DAY, slug=task.slug)
    change_journeys(journey_ids=[journey.pk], change=change, expected_digest="", reason="Fair.", by="bob", now=at)


ENDS = [end_by_ticking, end_by_skipping, end_by_moving_the_time, end_by_moving_many]


@pytest.mark.parametrize("end", ENDS)
def test_a_due_time_missed_between_two_sweeps_is_charged_when_it_is_made_good(end, begin, keep, now):
    journey = begin()
    task = journey.tasks.get(slug="intake")
    end(journey, task, now + 2 * DAY + timedelta(minutes=1))
    breach = SlaBreach.objects.get()
    assert (breach.task, breach.due_at, breach.charged_to) == (task, now + 2 * DAY, "client")
    assert breach.client_seconds == 48 * 3600
    assert keep(now + 2 * DAY + timedelta(minutes=5)).breaches == 0


@pytest.mark.parametrize("end", ENDS)
def test_what_is_done_before_its_due_time_breaches_nothing(end, begin, now):
    journey = begin()
    end(journey, journey.tasks.get(slug="intake"), now + 2 * DAY - timedelta(minutes=1))
    assert not SlaBreach.objects.exists()


def test_what_the_sweep_charged_is_not_charged_again_when_it_is_made_good(begin, keep, now):
    journey = begin()
    keep(now + 2 * DAY)
    end_by_ticking(journey, journey.tasks.get(slug="intake"), now + 3 * DAY)
    assert SlaBreach.objects.count() == 1


@pytest.mark.parametrize("change", [{"status": OrderStatus.ON_HOLD}, {"is_backdated": True}])
def test_making_good_breaches_nothing_when_nothing_was_promised(change, begin, now):
    journey = begin()
    Order.objects.update(**change)
    end_by_ticking(journey, journey.tasks.get(slug="intake"), now + 3 * DAY)
    assert not SlaBreach.objects.exists()


@pytest.mark.parametrize("change", [{"status": OrderStatus.CANCELED}, {"is_backdated": True}])
def test_a_canceled_or_backdated_order_breaches_nothing(change, begin, keep, now):
    begin()
    Order.objects.update(**change)
    assert keep(now + 9 * DAY).breaches == 0


def test_the_clock_tells_who_had_the_turn_for_how_long(begin, keep, hold, now):
    journey = begin()
    hold(HoldScope.EVERYTHING)
    keep(now + 6 * HOUR)
    journey.refresh_from_db()
    clock = clock_of(journey, now=now + 10 * HOUR)
    assert (clock.turn, clock.since, clock.reason) == (Side.US, now + 6 * HOUR, "held")
    assert clock.waited == {Side.US: 4 * HOUR, Side.PROVIDER: NONE, Side.CLIENT: 6 * HOUR}


def test_the_report_adds_up_all_journeys_within_its_period(begin, place, keep, hold, now):
    begin(), begin(place(), at=now + HOUR)
    hold(HoldScope.EVERYTHING)
    keep(now + 6 * HOUR)
    figures = report_sides(since=now + 2 * HOUR, until=now + 10 * DAY, now=now + 8 * HOUR)
    assert [(one.side, one.journeys, one.waited, one.breaches) for one in figures] == [
        (Side.US, 2, 4 * HOUR, 0),
        (Side.PROVIDER, 0, NONE, 0),
        (Side.CLIENT, 2, 8 * HOUR, 0),
    ]
    keep(now + 2 * DAY + HOUR)
    charged = {one.side: one.breaches for one in report_sides(since=now, until=now + 3 * DAY, now=now + 3 * DAY)}
    assert charged == {Side.US: 2, Side.PROVIDER: 0, Side.CLIENT: 0}
