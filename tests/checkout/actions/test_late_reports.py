"""Reports that arrive in another order than things happened lead to the same end."""

from datetime import timedelta
from functools import partial
from itertools import islice, permutations

import pytest

from checkout.actions.change_order_status import change_order_status
from checkout.actions.record_stage_event import StageReport, record_stage_event
from checkout.actors import SYSTEM
from checkout.errors import StageEventRefused
from checkout.models import Order
from checkout.rules.position import Step
from checkout.states import OrderStatus, Stage, StageStatus

pytestmark = pytest.mark.django_db
PART = {"method": "card", "amount": 149.0, "part": 1}
# What happened, with the hour after the order was placed; two things may share a moment.
WALK = (
    ("payment", "in_progress", PART, 0),
    ("payment", "completed", {}, 1),
    ("verification", "in_progress", {"check": "address"}, 1),
    ("verification", "completed", {}, 2),
    ("loyalty_hold", "completed", {}, 2),
)


@pytest.fixture
def tell(now):
    def tell(order, stage, status, payload, hour):
        at = order.created_at + timedelta(hours=hour)
        report = StageReport(Step(Stage(stage), StageStatus(status)), "", payload, None, {}, at)
        try:
            record_stage_event(order_id=order.pk, report=report, now=now)
        except StageEventRefused:
            return False
        return True

    return tell


@pytest.fixture
def cancel(now):
    def cancel(order, hour):
        at = order.created_at + timedelta(hours=hour)
        change_order_status(
            order_id=order.pk, wanted=OrderStatus.CANCELED, by=SYSTEM, notes="", metadata=None, occurred_at=at, now=now
        )
        return True

    return cancel


@pytest.fixture
def past(place, now):
    return lambda: place(placed_at=now - timedelta(days=9))


def until_nothing_moves(tellings):
    waiting = list(tellings)
    while waiting:
        refused = [telling for telling in waiting if not telling()]
        if len(refused) == len(waiting):
            return len(refused)
        waiting = refused
    return 0


def end_of(order):
    order = Order.objects.get(pk=order.pk)
    checkout = order.orchestration
    events = checkout.events.values_list("stage", "status", "payload", "created_at")
    return (
        (order.status, checkout.current_stage, checkout.stage_status),
        (checkout.started_at, checkout.stage_entered_at, checkout.last_transition_at),
        sorted(str(event) for event in events),
    )


@pytest.mark.parametrize("canceled_after_hours", [None, 2], ids=["goes on", "is canceled"])
def test_whatever_the_order_of_the_reports_the_end_is_the_same(past, tell, cancel, canceled_after_hours):
    steps = [*WALK] if canceled_after_hours is None else [*WALK, canceled_after_hours]
    ends = []
    for arrival in islice(permutations(steps), 0, None, 17):
        order = past()

        def telling(step, order=order):
            return cancel(order, step) if isinstance(step, int) else tell(order, *step)

        left = until_nothing_moves([partial(telling, step) for step in arrival])
        assert left == 0
        ends.append(end_of(order))
    assert all(end == ends[0] for end in ends)
    position = ("canceled" if canceled_after_hours else "active", "fulfillment", "not_started")
    assert ends[0][0] == position


def test_what_happened_after_the_cancellation_is_refused(past, tell, cancel):
    order = past()
    cancel(order, 2)
    assert not tell(order, "payment", "completed", {}, 3)
    assert end_of(order)[0] == ("canceled", "payment", "not_started")


def test_without_a_time_in_the_past_nothing_counts_as_late(place, now, cancel):
    order = place()
    cancel(order, 0)
    report = StageReport(Step(Stage.PAYMENT, StageStatus.COMPLETED), "", {}, None, {}, now)
    with pytest.raises(StageEventRefused):
        record_stage_event(order_id=order.pk, report=report, now=now)


def test_a_late_payment_part_leaves_what_the_present_stage_waits_for(place, now):
    order = place()
    until = now + timedelta(hours=6)
    for stage, status, wait in (("payment", "completed", None), ("verification", "waiting", until)):
        report = StageReport(Step(Stage(stage), StageStatus(status)), "", {}, wait, {}, now)
        record_stage_event(order_id=order.pk, report=report, now=now)
    later = now + timedelta(hours=1)
    part = StageReport(Step(Stage.PAYMENT, StageStatus.IN_PROGRESS), "", PART, None, {"seen": True}, later)
    record_stage_event(order_id=order.pk, report=part, now=later)
    checkout = Order.objects.get(pk=order.pk).orchestration
    assert (checkout.next_action_at, checkout.last_transition_at) == (until, now)
    assert checkout.recovery_due_at == until + timedelta(hours=1)
    assert checkout.metadata == {"seen": True}
