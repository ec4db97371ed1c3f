"""Bringing an order back by hand: prompts by the rules or against them, snoozes, escalations."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from checkout.models import Escalation, Orchestration, RecoveryDecision, RecoveryPolicy
from checkout.policies import create_missing_policies
from smplat import clock
from smplat.operations.models import Hold
from smplat.outbox.models import Message

pytestmark = pytest.mark.django_db
QUEUE = "/admin/checkout/escalation/"


@pytest.fixture(autouse=True)
def _policies(now):
    create_missing_policies(now=now)
    # Whatever the hour of the test: nobody sleeps.
    RecoveryPolicy.objects.update(quiet_from="00:00", quiet_until="00:00", holdout_bps=0)


@pytest.fixture
def stalled(place):
    order = place()
    Orchestration.objects.filter(order=order).update(last_transition_at=clock.now() - timedelta(days=3))
    return order


def press(client, order, action, **fields):
    return client.post(f"/admin/checkout/order/{order.pk}/{action}/", {"_form_submitted": "on", **fields})


def offered(client, order):
    page = client.get(f"/admin/checkout/order/{order.pk}/change/")
    return {
        item["path"].rstrip("/").split("/")[-1] for menu in page.context["actions_detail"] for item in menu["items"]
    }


def prompts():
    return Message.objects.filter(topic="checkout.recovery.prompt").count()


def escalated(order, now, **more):
    return Escalation.objects.create(
        order=order, stage="payment", reason="manual", opened_at=now, deadline_at=now + timedelta(hours=4), **more
    )


def test_a_prompt_by_hand_leaves_through_the_outbox(stalled, signed_in):
    press(signed_in("operator"), stalled, "prompt_now", reason="they wrote to us")
    assert prompts() == 1
    assert RecoveryDecision.objects.get().reason == "by-hand"


def test_of_two_prompts_at_once_the_second_is_refused_in_words(stalled, signed_in):
    press(signed_in("operator"), stalled, "prompt_now", reason="they wrote to us")
    answer = press(signed_in("on-call"), stalled, "prompt_now", reason="they wrote to us").content.decode()
    assert "No prompt now. The last prompt was not long ago. On-call may prompt anyway." in answer
    assert prompts() == 1


def test_a_rule_is_overridden_with_a_reason_by_those_who_may(place, signed_in):
    order = place()
    Orchestration.objects.update(last_transition_at=clock.now())
    assert press(signed_in("operator"), order, "prompt_anyway", reason="urgent").status_code == 403
    client = signed_in("on-call")
    press(client, order, "prompt_anyway", reason="")
    assert prompts() == 0
    press(client, order, "prompt_anyway", reason="urgent")
    assert (prompts(), RecoveryDecision.objects.get().reason) == (1, "despite-not-stalled")


def test_a_snooze_holds_the_order_until_the_moment_on_the_operators_clock(stalled, signed_in):
    until = (timezone.localtime(clock.now()) + timedelta(days=2)).replace(second=0, microsecond=0, tzinfo=None)
    press(signed_in("operator"), stalled, "snooze", until=until.isoformat(timespec="minutes"), reason="on holiday")
    hold = Hold.objects.get()
    assert (hold.subject, hold.reason, hold.placed_by) == (str(stalled.pk), "on holiday", "operator")
    assert hold.until == timezone.make_aware(until)


def test_a_snooze_into_the_past_is_refused_beside_its_field(stalled, signed_in):
    past = datetime(2020, 1, 1, 9).isoformat(timespec="minutes")
    answer = press(signed_in("operator"), stalled, "snooze", until=past, reason="on holiday")
    assert "The moment must lie ahead" in answer.content.decode()
    assert not Hold.objects.exists()


def test_a_snooze_ends_early(stalled, signed_in):
    client = signed_in("operator")
    until = (timezone.localtime(clock.now()) + timedelta(days=2)).replace(tzinfo=None)
    press(client, stalled, "snooze", until=until.isoformat(timespec="minutes"), reason="on holiday")
    assert "wake" in offered(client, stalled)
    press(client, stalled, "wake", reason="they are back")
    assert Hold.objects.get().released_by == "operator"
    assert "wake" not in offered(client, stalled)


def test_an_order_is_escalated_once(stalled, signed_in):
    press(signed_in("operator"), stalled, "escalate", note="call them")
    answer = press(signed_in("on-call"), stalled, "escalate", note="call them again")
    assert "A person has been called for this order already." in answer.content.decode()
    assert Escalation.objects.get().note == "call them"


def test_the_first_to_acknowledge_owns_it_and_the_second_is_told_who_does(stalled, signed_in, now):
    escalation = escalated(stalled, now)
    press(signed_in("operator"), stalled, "acknowledge")
    form = {"_form_submitted": "on"}
    answer = signed_in("on-call").post(f"{QUEUE}{escalation.pk}/acknowledge/", form).content.decode()
    assert "operator has taken this escalation already." in answer
    escalation.refresh_from_db()
    assert escalation.owner.username == "operator"


@pytest.mark.parametrize(
    ("done", "left"), [([], {"acknowledge", "resolve"}), (["acknowledge"], {"resolve"}), (["resolve"], set())]
)
def test_an_escalation_offers_what_is_left_to_do(stalled, signed_in, now, done, left):
    escalation, client = escalated(stalled, now), signed_in("operator")
    for action in done:
        client.post(f"{QUEUE}{escalation.pk}/{action}/", {"_form_submitted": "on", "resolution": "paid by transfer"})
    page = client.get(f"{QUEUE}{escalation.pk}/change/").content.decode()
    assert {action for action in ("acknowledge", "resolve") if f"{escalation.pk}/{action}/" in page} == left


def test_an_escalation_is_resolved_once_and_says_what_came_of_it(stalled, signed_in, now):
    escalation = escalated(stalled, now)
    form = {"_form_submitted": "on", "resolution": "paid by transfer"}
    signed_in("operator").post(f"{QUEUE}{escalation.pk}/resolve/", form)
    answer = signed_in("on-call").post(f"{QUEUE}{escalation.pk}/resolve/", form).content.decode()
    assert "This escalation is resolved already." in answer
    escalation.refresh_from_db()
    assert escalation.resolution == "paid by transfer"


def test_the_timeline_names_who_called_took_and_resolved(stalled, signed_in):
    press(signed_in("operator"), stalled, "escalate", note="call them")
    client = signed_in("on-call")
    press(client, stalled, "acknowledge")
    Escalation.objects.update(times_called=2)
    press(client, stalled, "resolve", resolution="paid by transfer")
    page = client.get(f"/admin/checkout/order/{stalled.pk}/change/", {"source": "Recovery"})
    lines = {line.title: (line.who, line.detail) for line in page.context["story"].lines}
    assert lines == {
        "Escalated: Called by an operator": ("operator", "call them"),
        "Escalation acknowledged": ("on-call", ""),
        "Escalation called again, 2 times in all": ("", ""),
        "Escalation resolved": ("on-call", "paid by transfer"),
    }


def test_resolving_what_nobody_was_called_for_is_refused(stalled, signed_in):
    answer = press(signed_in("operator"), stalled, "resolve", resolution="done")
    assert "No escalation of this order is open." in answer.content.decode()


@pytest.mark.parametrize("action", ["prompt_now", "prompt_anyway", "snooze", "wake", "escalate", "acknowledge"])
def test_viewers_may_not(action, stalled, signed_in):
    fields = {"reason": "x", "note": "x", "until": "2099-01-01T09:00"}
    assert press(signed_in("viewer"), stalled, action, **fields).status_code == 403
    assert (prompts(), Hold.objects.count(), Escalation.objects.count()) == (0, 0, 0)


def test_buttons_that_make_no_sense_are_not_shown(stalled, signed_in, now):
    client = signed_in("operator")
    moves = {"change_status", "complete_stage", "fail_stage"}
    assert offered(client, stalled) == moves | {"prompt_now", "snooze", "escalate"}
    escalated(stalled, now)
    assert offered(client, stalled) == moves | {"prompt_now", "snooze", "acknowledge", "resolve"}
    press(client, stalled, "change_status", status="canceled", reason="x", seen="pending/payment/not_started")
    assert offered(client, stalled) == set()


def queue(client, **query):
    return [row.pk for row in client.get(QUEUE, query).context["cl"].result_list]


def test_the_queue_shows_open_ones_first_what_is_due_and_whose_they_are(place, signed_in, person, now):
    late, mine, waits, over = [escalated(place(), now) for _ in range(4)]
    client = signed_in("operator")
    operator = type(person("x"))._default_manager.get(username="operator")
    Escalation.objects.filter(pk=waits.pk).update(deadline_at=clock.now() + timedelta(hours=1))
    Escalation.objects.filter(pk=mine.pk).update(owner=operator, acknowledged_at=now)
    Escalation.objects.filter(pk=over.pk).update(resolved_at=now)
    assert queue(client) == [late.pk, waits.pk, mine.pk]
    assert queue(client, situation="late") == [late.pk]
    assert queue(client, situation="untaken") == [late.pk, waits.pk]
    assert queue(client, whose="mine") == [mine.pk]
    assert queue(client, whose="nobody") == [late.pk, waits.pk]
    assert queue(client, situation="resolved") == [over.pk]
    assert len(queue(client, situation="all")) == 4
