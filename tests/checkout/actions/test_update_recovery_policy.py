"""A changed policy has a new version, and the checkouts of its stage are scheduled by it."""

from dataclasses import asdict, replace
from datetime import time, timedelta

import pytest

from checkout.actions.update_recovery_policy import PolicySettings, update_recovery_policy
from checkout.errors import PolicyChanged, PolicyInvalid, PolicyNotFound
from checkout.models import Escalation, Orchestration, RecoveryPolicy
from checkout.states import Stage
from smplat import history
from tests.checkout.recovery import HOUR, LATER, set_checkout

pytestmark = pytest.mark.django_db

WANTED = PolicySettings(
    is_active=True,
    stall_after_minutes=30,
    first_delay_minutes=10,
    repeat_every_minutes=120,
    max_prompts=2,
    quiet_from=time(22),
    quiet_until=time(7),
    holdout_bps=500,
    escalation_channel="operations",
    escalation_deadline_minutes=60,
    link_lifetime_hours=48,
)


def update(wanted=WANTED, *, stage=Stage.PAYMENT, version=1):
    return update_recovery_policy(stage=stage, wanted=wanted, version=version, now=LATER)


def due_at():
    return Orchestration.objects.get().recovery_due_at


def test_every_setting_is_kept_under_a_new_version_with_who_and_why(db):
    with history.acting(who="user:ada"), history.why("fewer complaints"):
        assert update().version == 2
    policy = RecoveryPolicy.objects.get(stage="payment")
    assert {name: getattr(policy, name) for name in asdict(WANTED)} == asdict(WANTED)
    latest = RecoveryPolicy.pgh_event_model.objects.order_by("-pgh_id").first()
    assert (latest.version, latest.pgh_context["who"], latest.pgh_context["why"]) == (2, "user:ada", "fewer complaints")


def test_checkouts_of_the_stage_are_scheduled_anew(place):
    order = place()
    assert update().rescheduled == 1
    assert due_at() == order.created_at + timedelta(minutes=40)


def test_the_pause_after_a_prompt_counts(place):
    set_checkout(place(), prompts_sent=1, last_prompt_at=LATER)
    update()
    assert due_at() == LATER + 2 * HOUR


def test_an_agreed_time_counts(place):
    set_checkout(place(), stage_status="waiting", next_action_at=LATER + 5 * HOUR)
    update()
    assert due_at() == LATER + timedelta(hours=5, minutes=10)


def test_other_stages_stay_as_they_are(place):
    place()
    before = due_at()
    update(stage=Stage.VERIFICATION)
    assert due_at() == before


def test_switched_off_nothing_is_due_and_on_again_it_is(place):
    order = place()
    update(replace(WANTED, is_active=False))
    assert due_at() is None
    update(version=2)
    assert due_at() == order.created_at + timedelta(minutes=40)


@pytest.mark.parametrize("change", [{"status": "canceled"}, {"status": "on_hold"}, {"is_backdated": True}])
def test_what_is_never_recovered_stays_so(place, change):
    order = place()
    type(order).objects.filter(pk=order.pk).update(**change)
    set_checkout(order, recovery_due_at=None)
    assert update().rescheduled == 0


def escalate(order, reason):
    Escalation.objects.create(order=order, stage="payment", reason=reason, opened_at=LATER, deadline_at=LATER)


@pytest.mark.parametrize(
    ("reason", "prompts_sent", "is_due"),
    [
        # Two were sent and a person was called; two are allowed.
        ("prompts-exhausted", 2, False),
        # One more is allowed now.
        ("prompts-exhausted", 1, True),
        ("no-address", 0, False),
        # Exhausted while nobody was called: that is made up for.
        (None, 2, True),
    ],
)
def test_what_is_at_rest_wakes_only_where_something_is_left_to_do(place, reason, prompts_sent, is_due):
    order = place()
    if reason:
        escalate(order, reason)
    sent_at = LATER if prompts_sent else None
    set_checkout(order, recovery_due_at=None, prompts_sent=prompts_sent, last_prompt_at=sent_at)
    update()
    assert (due_at() is not None) is is_due


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("stall_after_minutes", 0),
        ("repeat_every_minutes", 4),
        ("max_prompts", 21),
        ("holdout_bps", 10_001),
        ("escalation_channel", "#nowhere"),
        ("link_lifetime_hours", 0),
    ],
)
def test_a_value_out_of_bounds_is_refused_by_name(place, field, value):
    place()
    before = due_at()
    with pytest.raises(PolicyInvalid) as invalid:
        update(replace(WANTED, **{field: value}))
    assert invalid.value.field == field
    assert RecoveryPolicy.objects.get(stage="payment").version == 1
    assert due_at() == before


def test_whoever_looked_at_an_older_version_is_refused(db):
    update()
    with pytest.raises(PolicyChanged):
        update(replace(WANTED, max_prompts=9))
    assert RecoveryPolicy.objects.get(stage="payment").max_prompts == 2


def test_the_last_stage_has_no_policy(db):
    with pytest.raises(PolicyNotFound):
        update(stage=Stage.COMPLETED)
