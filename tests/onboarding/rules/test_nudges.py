"""What the nudge sweep decides, as tables of cases."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest

from checkout.rules.quiet_hours import QuietHours
from checkout.rules.recovery import HOLD_RECHECK
from onboarding.rules.nudges import (
    REFUSAL_RECHECK,
    Action,
    Client,
    Decision,
    Journey,
    Policy,
    Reason,
    Task,
    Verdict,
    decide_client,
    decide_task,
    dedupe_key,
    idle_hours,
    next_decision_at,
    sla_expires_at,
)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
POLICY = Policy(
    is_active=True,
    idle_after=24 * HOUR,
    dedupe_window=12 * HOUR,
    max_per_task=5,
    cap=1,
    cap_window=20 * HOUR,
    quiet=QuietHours(time(21), time(8)),
)
TASK = Task(id=UUID(int=1), is_blocked=False, waits_for="", due_at=None, last_touch_at=NOON - 30 * HOUR)
JOURNEY = Journey(
    id=UUID(int=100),
    is_completed=False,
    is_order_canceled=False,
    is_order_on_hold=False,
    is_backdated=False,
    hold_reason="",
    tasks=[TASK],
)
CLIENT = Client(has_address=True, consents=True, time_zone="UTC")


def ago(hours):
    return NOON - hours * HOUR


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, Verdict(Action.NUDGE, "task_idle", NOON + 24 * HOUR)),
        ({"last_touch_at": ago(24)}, Verdict(Action.NUDGE, "task_idle", NOON + 24 * HOUR)),
        ({"last_touch_at": ago(23)}, Verdict(Action.WAIT, "touched-recently", NOON + HOUR)),
        # Overdue does not wait for idleness, but for whoever is at work.
        ({"due_at": ago(1), "last_touch_at": ago(13)}, Verdict(Action.NUDGE, "task_overdue", NOON + 12 * HOUR)),
        ({"due_at": NOON, "last_touch_at": ago(13)}, Verdict(Action.NUDGE, "task_overdue", NOON + 12 * HOUR)),
        ({"due_at": ago(1), "last_touch_at": ago(2)}, Verdict(Action.WAIT, "touched-recently", NOON + 10 * HOUR)),
        # Not overdue yet: idle counts, and the due time ends the wait when it comes first.
        ({"due_at": NOON + HOUR}, Verdict(Action.NUDGE, "task_idle", NOON + 12 * HOUR)),
        (
            {"due_at": NOON + 3 * HOUR, "last_touch_at": ago(14)},
            Verdict(Action.WAIT, "touched-recently", NOON + 3 * HOUR),
        ),
        # Twelve hours by task and reason: another reason has a window of its own.
        ({"nudged_at": {Reason.IDLE: ago(11)}}, Verdict(Action.WAIT, "nudged-recently", NOON + HOUR)),
        ({"nudged_at": {Reason.IDLE: ago(12)}}, Verdict(Action.NUDGE, "task_idle", NOON + 24 * HOUR)),
        (
            {"due_at": ago(1), "nudged_at": {Reason.IDLE: ago(2)}},
            Verdict(Action.NUDGE, "task_overdue", NOON + 12 * HOUR),
        ),
        ({"waits_for": "intake"}, Verdict(Action.WAIT, "dependency-open")),
        ({"is_blocked": True}, Verdict(Action.WAIT, "task-blocked")),
        ({"nudges_sent": 5}, Verdict(Action.STOP, "nudges-exhausted")),
        ({"nudges_sent": 4}, Verdict(Action.NUDGE, "task_idle", None)),
    ],
)
def test_a_task_asks_for_a_nudge_or_says_why_not(changes, verdict):
    assert decide_task(task=replace(TASK, **changes), policy=POLICY, now=NOON) == verdict


@pytest.mark.parametrize(
    ("journey", "client", "policy", "verdict"),
    [
        ({}, {}, {}, Verdict(Action.NUDGE, "task_idle", NOON + 24 * HOUR)),
        ({"hold_reason": "provider-held"}, {}, {}, Verdict(Action.HOLD, "provider-held", NOON + HOLD_RECHECK)),
        # Noon begins an interval; each journey has a place of its own in it.
        (
            {"hold_reason": "snoozed", "spread": 0.2},
            {},
            {},
            Verdict(Action.HOLD, "snoozed", NOON + timedelta(minutes=3)),
        ),
        ({}, {"has_address": False}, {}, Verdict(Action.SUPPRESS, "no-address", NOON + REFUSAL_RECHECK)),
        ({}, {"consents": False}, {}, Verdict(Action.SUPPRESS, "opted-out", NOON + REFUSAL_RECHECK)),
        ({}, {"messages_at": [ago(30), ago(5)]}, {}, Verdict(Action.WAIT, "frequency-cap", NOON + 15 * HOUR)),
        (
            {},
            {"messages_at": [ago(2), ago(9), ago(4)]},
            {"cap": 2},
            Verdict(Action.WAIT, "frequency-cap", NOON + 16 * HOUR),
        ),
        ({}, {"messages_at": [ago(20)]}, {}, Verdict(Action.NUDGE, "task_idle", NOON + 24 * HOUR)),
        ({}, {"time_zone": "Asia/Tokyo"}, {}, Verdict(Action.DEFER, "quiet-hours", NOON + 11 * HOUR)),
    ],
)
def test_what_is_due_still_needs_a_client_who_may_be_written_to(journey, client, policy, verdict):
    decisions = decide_client(
        journeys=[replace(JOURNEY, **journey)],
        client=replace(CLIENT, **client),
        policy=replace(POLICY, **policy),
        now=NOON,
    )
    assert decisions == [Decision(JOURNEY.id, TASK.id, verdict)]


@pytest.mark.parametrize(
    ("journey", "policy", "reason"),
    [
        ({"is_completed": True}, {}, "journey-completed"),
        ({"is_order_canceled": True}, {}, "order-canceled"),
        ({"is_order_on_hold": True}, {}, "order-on-hold"),
        ({"is_backdated": True}, {}, "backdated"),
        ({}, {"is_active": False}, "policy-off"),
    ],
)
def test_a_journey_that_is_over_stops_as_a_whole(journey, policy, reason):
    decisions = decide_client(
        journeys=[replace(JOURNEY, **journey)], client=CLIENT, policy=replace(POLICY, **policy), now=NOON
    )
    assert decisions == [Decision(JOURNEY.id, None, Verdict(Action.STOP, reason))]


def test_a_hold_says_nothing_about_what_is_not_due():
    fresh = replace(TASK, last_touch_at=ago(1))
    [decision] = decide_client(
        journeys=[replace(JOURNEY, hold_reason="snoozed", tasks=[fresh])], client=CLIENT, policy=POLICY, now=NOON
    )
    assert decision.verdict == Verdict(Action.WAIT, "touched-recently", NOON + 23 * HOUR)


def test_everything_due_for_one_client_is_decided_together():
    other = replace(JOURNEY, id=UUID(int=200), tasks=[replace(TASK, id=UUID(int=2)), replace(TASK, id=UUID(int=3))])
    decisions = decide_client(journeys=[JOURNEY, other], client=CLIENT, policy=POLICY, now=NOON)
    assert [(decision.journey_id.int, decision.verdict.action) for decision in decisions] == [
        (100, Action.NUDGE),
        (200, Action.NUDGE),
        (200, Action.NUDGE),
    ]


def test_a_journey_is_decided_again_when_its_first_task_is():
    tasks = [replace(TASK, last_touch_at=ago(3)), replace(TASK, last_touch_at=ago(1)), replace(TASK, is_blocked=True)]
    decisions = decide_client(journeys=[replace(JOURNEY, tasks=tasks)], client=CLIENT, policy=POLICY, now=NOON)
    assert next_decision_at(decisions) == NOON + 21 * HOUR
    assert next_decision_at(decisions[2:]) is None


@pytest.mark.parametrize(
    ("now", "again"),
    [
        # Madrid, 29 March 2026, 02:00 becomes 03:00: the night is an hour shorter and 08:00 comes at 06:00 UTC.
        ("2026-03-28 23:30", "2026-03-29 06:00"),
        # Madrid, 25 October 2026, 03:00 becomes 02:00: the night is an hour longer and 08:00 comes at 07:00 UTC.
        ("2026-10-24 23:30", "2026-10-25 07:00"),
    ],
)
def test_on_nights_when_clocks_change_quiet_ends_by_the_clients_clock(now, again):
    now, again = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (now, again))
    journey = replace(JOURNEY, tasks=[replace(TASK, last_touch_at=now - 30 * HOUR)])
    client = replace(CLIENT, time_zone="Europe/Madrid")
    [decision] = decide_client(journeys=[journey], client=client, policy=POLICY, now=now)
    assert decision.verdict == Verdict(Action.DEFER, "quiet-hours", again)
    [later] = decide_client(journeys=[journey], client=client, policy=POLICY, now=again)
    assert later.verdict.action is Action.NUDGE


def test_a_nudge_is_named_by_task_and_reason():
    assert dedupe_key(task_id=UUID(int=1), reason=Reason.OVERDUE) == f"{UUID(int=1)}:task_overdue"


def test_the_window_ends_at_the_due_time_or_else_after_the_idle_time():
    assert sla_expires_at(task=replace(TASK, due_at=ago(2)), policy=POLICY, now=NOON) == ago(2)
    assert sla_expires_at(task=TASK, policy=POLICY, now=NOON) == NOON + 24 * HOUR


def test_idle_hours_are_whole():
    assert idle_hours(task=replace(TASK, last_touch_at=NOON - timedelta(minutes=179)), now=NOON) == 2
