"""A checklist tried on the past, by the rules of the sweep."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from checkout.rules.quiet_hours import QuietHours
from onboarding.rules.checklists import Line
from onboarding.rules.nudges import Policy
from onboarding.rules.rehearsal import PastOrder, rehearse_client

PAID = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POLICY = Policy(
    is_active=True,
    idle_after=DAY,
    dedupe_window=12 * HOUR,
    max_per_task=3,
    cap=1,
    cap_window=20 * HOUR,
    quiet=QuietHours(time(0), time(0)),
)
BRIEF = Line("intake", "Brief")


def order(number=1, *, done_at=None, ended_at=PAID + 90 * DAY, completed_at=None, paid_at=PAID):
    return PastOrder(UUID(int=number), paid_at, done_at or {}, completed_at, ended_at)


def rehearse(*orders, lines=(BRIEF,), policy=POLICY, time_zone="UTC"):
    return rehearse_client(orders=orders, lines=lines, policy=policy, time_zone=time_zone)


def test_a_task_that_is_never_done_is_named_until_the_policy_falls_silent():
    found = rehearse(order())
    assert (found.orders, found.clients, found.messages) == (1, 1, 3)
    assert found.named == {"intake": 3}


def test_a_task_done_within_a_day_is_never_named():
    assert rehearse(order(done_at={"intake": PAID + 20 * HOUR})).messages == 0


def test_a_task_done_on_the_third_day_is_named_twice():
    assert rehearse(order(done_at={"intake": PAID + 2 * DAY + HOUR})).messages == 2


def test_a_task_that_no_journey_had_was_done_when_the_journey_was():
    assert rehearse(order(completed_at=PAID + 25 * HOUR)).messages == 1


def test_nobody_is_reminded_of_an_order_that_ended():
    assert rehearse(order(ended_at=PAID + 30 * HOUR)).messages == 1


def test_several_tasks_and_orders_of_one_client_share_a_message():
    lines = (BRIEF, Line("assets", "Files"))
    found = rehearse(order(1), order(2), lines=lines)
    assert (found.messages, found.named) == (3, {"intake": 6, "assets": 6})


def test_a_task_that_waits_for_another_is_named_after_it_is_done():
    lines = (BRIEF, Line("contract", "Contract", depends_on="intake"))
    found = rehearse(order(done_at={"intake": PAID + 2 * HOUR}), lines=lines)
    assert found.named == {"contract": 3}


def test_an_overdue_task_is_named_for_that_reason():
    found = rehearse(order(ended_at=PAID + 30 * HOUR), lines=(Line("intake", "Brief", due_after_hours=24),))
    assert found.reasons == {"task_overdue": 1}


def test_a_policy_that_is_off_sends_nothing():
    assert rehearse(order(), policy=Policy(**{**POLICY.__dict__, "is_active": False})).messages == 0
