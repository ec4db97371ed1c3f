"""What the sweep decides about one checkout, as a table of cases."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from checkout.rules.holdout import Arm, arm_of
from checkout.rules.position import END, Position
from checkout.rules.quiet_hours import QuietHours
from checkout.rules.recovery import HOLD_RECHECK, Action, Facts, Policy, Verdict, decide_recovery, due_at
from checkout.states import OrderStatus, Stage, StageStatus

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
POLICY = Policy(
    is_active=True,
    stall_after=HOUR,
    first_delay=timedelta(minutes=10),
    repeat_every=6 * HOUR,
    max_prompts=3,
    quiet=QuietHours(time(21), time(8)),
)
STALLED = Facts(
    position=Position(OrderStatus.PENDING, Stage.PAYMENT, StageStatus.IN_PROGRESS),
    is_backdated=False,
    last_transition_at=NOON - 5 * HOUR,
    waits_until=None,
    prompts_sent=0,
    last_prompt_at=None,
    has_address=True,
    consents=True,
    hold_reason=None,
    arm=Arm.PROMPTED,
    time_zone="UTC",
)
WAITING = Position(OrderStatus.PENDING, Stage.PAYMENT, StageStatus.WAITING)


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, Verdict(Action.PROMPT, "stalled", NOON + 6 * HOUR)),
        ({"position": END}, Verdict(Action.STOP, "checkout-completed")),
        ({"position": replace(WAITING, order_status=OrderStatus.CANCELED)}, Verdict(Action.STOP, "order-canceled")),
        ({"position": replace(WAITING, order_status=OrderStatus.ON_HOLD)}, Verdict(Action.STOP, "order-on-hold")),
        ({"is_backdated": True}, Verdict(Action.STOP, "backdated")),
        ({"last_transition_at": NOON - HOUR}, Verdict(Action.WAIT, "not-stalled", NOON + timedelta(minutes=10))),
        (
            {"position": WAITING, "waits_until": NOON + HOUR},
            Verdict(Action.WAIT, "not-stalled", NOON + HOUR + timedelta(minutes=10)),
        ),
        (
            {"prompts_sent": 1, "last_prompt_at": NOON - HOUR},
            Verdict(Action.WAIT, "prompted-recently", NOON + 5 * HOUR),
        ),
        ({"hold_reason": "provider-paused"}, Verdict(Action.HOLD, "provider-paused", NOON + HOLD_RECHECK)),
        ({"arm": Arm.HOLDOUT}, Verdict(Action.OBSERVE, "in-holdout")),
        ({"has_address": False}, Verdict(Action.ESCALATE, "no-address")),
        ({"has_address": False, "arm": Arm.HOLDOUT}, Verdict(Action.ESCALATE, "no-address")),
        ({"consents": False, "arm": Arm.HOLDOUT}, Verdict(Action.OBSERVE, "in-holdout")),
        ({"consents": False}, Verdict(Action.SUPPRESS, "opted-out")),
        (
            {"prompts_sent": 3, "last_prompt_at": NOON - 7 * HOUR},
            Verdict(Action.ESCALATE, "prompts-exhausted"),
        ),
        ({"time_zone": "Asia/Tokyo"}, Verdict(Action.DEFER, "quiet-hours", NOON + 11 * HOUR)),
    ],
)
def test_the_verdict_follows_from_the_facts(changes, verdict):
    assert decide_recovery(facts=replace(STALLED, **changes), policy=POLICY, now=NOON) == verdict


def test_a_policy_that_is_off_stops():
    verdict = decide_recovery(facts=STALLED, policy=replace(POLICY, is_active=False), now=NOON)
    assert verdict == Verdict(Action.STOP, "policy-off")


def test_a_checkout_that_moved_is_due_when_it_would_count_as_stalled():
    due = due_at(position=STALLED.position, is_backdated=False, moved_at=NOON, waits_until=None, policy=POLICY)
    assert due == NOON + timedelta(minutes=70)


def test_a_completed_checkout_is_never_due():
    assert due_at(position=END, is_backdated=False, moved_at=NOON, waits_until=None, policy=POLICY) is None


def test_the_holdout_share_holds_and_only_grows():
    keys = [f"customer-{number}" for number in range(20_000)]
    tenth = {key for key in keys if arm_of(customer_key=key, holdout_bps=1_000) is Arm.HOLDOUT}
    fifth = {key for key in keys if arm_of(customer_key=key, holdout_bps=2_000) is Arm.HOLDOUT}
    assert 1_850 < len(tenth) < 2_150
    assert tenth < fifth
