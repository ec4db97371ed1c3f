"""The recovery page, its policies, its results and their files."""

import csv
import io
from datetime import timedelta

import pytest

from checkout.models import (
    Escalation,
    Orchestration,
    RecoveryAssignment,
    RecoveryDecision,
    RecoveryPolicy,
    SweepRun,
)
from checkout.policies import create_missing_policies
from smplat import clock
from tests.hostile import assert_shown_harmless, hostile_strings, pages_of

RECOVERY = "/admin/checkout/recovery/"
RESULTS = f"{RECOVERY}results/"
PAYMENT = f"{RECOVERY}policies/payment/"
pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _policies(now):
    create_missing_policies(now=now)


@pytest.fixture
def policy_form(signed_in):
    """What the editor shows, ready to be posted with changes."""

    def fill(client, **changes):
        initial = client.get(PAYMENT).context["form"].initial
        return {**initial, "is_active": "on", "reason": "fewer mails", **changes}

    return fill


def decide(order, action="hold", reason="provider-paused", **more):
    values = {"stage": "payment", "policy_version": 1, "decided_at": clock.now() - DAY / 2, **more}
    return RecoveryDecision.objects.create(order=order, action=action, reason=reason, **values)


def text_of(client, address, **query):
    answer = client.get(address, query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_page_shows_what_stands_still_and_leads_to_it(place, signed_in):
    order = place()
    moved = clock.now() - 3 * DAY
    Orchestration.objects.filter(order=order).update(last_transition_at=moved, recovery_due_at=moved)
    client = signed_in("viewer")
    page = client.get(RECOVERY)
    payment = page.context["stages"][0]
    assert (payment.stalled.count, payment.url) == (1, "/admin/checkout/order/?stalled=now&stage=payment")
    listed = client.get(payment.url).context["cl"].result_list
    assert [row.pk for row in listed] == [order.pk]
    assert page.context["preview"].due_now.count == 1


def test_sweeps_and_decisions_are_told_in_words(place, signed_in, now):
    SweepRun.objects.create(started_at=now, decided=3, counts={"prompt": 2, "hold": 1, "wait": 0})
    decide(place())
    decide(place(), decided_at=clock.now() - 2 * DAY)
    client = signed_in("viewer")
    text = text_of(client, RECOVERY)
    assert "1 held, 2 prompted" in text
    assert "A provider behind the order is paused." in text
    counts = lambda span: client.get(RECOVERY, {"span": span}).context["decisions"][0][0].decisions  # noqa: E731
    assert (counts("24h"), counts("7d"), counts("nonsense")) == (1, 2, 1)


def test_an_empty_shop_has_pages_that_say_so(signed_in):
    client = signed_in("viewer")
    assert "No sweep has found anything due yet." in text_of(client, RECOVERY)
    assert "Nobody was assigned in this time" in text_of(client, RESULTS)


def test_an_operator_edits_a_policy_which_becomes_the_next_version(signed_in, policy_form):
    client = signed_in("operator")
    answer = client.post(PAYMENT, policy_form(client, max_prompts=1, holdout_percent="12.5"))
    assert answer.headers["Location"] == RECOVERY
    policy = RecoveryPolicy.objects.get(stage="payment")
    assert (policy.version, policy.max_prompts, policy.holdout_bps, policy.is_active) == (2, 1, 1250, True)
    history = text_of(client, "/admin/checkout/recoverypolicy/payment/history/")
    assert "fewer mails" in history


def test_of_two_editors_at_once_the_second_is_told(signed_in, policy_form):
    first, second = signed_in("operator"), signed_in("on-call")
    late = policy_form(second, max_prompts=9)
    first.post(PAYMENT, policy_form(first, max_prompts=1))
    answer = second.post(PAYMENT, late)
    assert "Somebody changed this policy meanwhile" in answer.content.decode()
    assert RecoveryPolicy.objects.get(stage="payment").max_prompts == 1


@pytest.mark.parametrize(
    "wrong", [{"repeat_every_minutes": 1}, {"holdout_percent": "101"}, {"quiet_from": "25:00"}, {"reason": ""}]
)
def test_a_policy_out_of_bounds_is_not_saved(wrong, signed_in, policy_form):
    client = signed_in("operator")
    assert client.post(PAYMENT, policy_form(client, **wrong)).status_code == 200
    assert RecoveryPolicy.objects.get(stage="payment").version == 1


def test_viewers_see_policies_and_may_not_change_them(signed_in):
    client = signed_in("viewer")
    assert "Edit the policy of" not in text_of(client, RECOVERY)
    assert client.get(PAYMENT).status_code == 403
    assert client.post(PAYMENT, {"max_prompts": 9}).status_code == 403


def test_a_stage_without_a_policy_has_no_editor(signed_in):
    assert signed_in("operator").get(f"{RECOVERY}policies/completed/").status_code == 404


def test_results_say_when_there_is_not_enough_data(place, signed_in):
    at = clock.now() - 20 * DAY
    RecoveryAssignment.objects.create(order=place(), stage="payment", policy_version=1, arm="prompted", assigned_at=at)
    text = text_of(signed_in("viewer"), RESULTS)
    assert "Not enough data: 0 of 30 customers in the smaller arm" in text
    assert "within 14 days of the assignment" in text
    assert "within 7 days of the assignment" in text_of(signed_in("analyst"), RESULTS, window="7", days="30")


def read_csv(answer):
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_both_reports_are_files(place, signed_in):
    order = place()
    at = clock.now() - 20 * DAY
    RecoveryAssignment.objects.create(order=order, stage="payment", policy_version=3, arm="holdout", assigned_at=at)
    decide(order)
    client = signed_in("analyst")
    [result] = read_csv(client.get(f"{RECOVERY}results.csv"))
    assert (result["stage"], result["policy_version"], result["holdout_checkouts"]) == ("payment", "3", "1")
    assert (result["lift"], result["currency"], result["money_after_prompt"]) == ("", "", "")
    [suppressed] = read_csv(client.get(f"{RECOVERY}suppressed-sends.csv", {"days": "7"}))
    assert suppressed == {
        "reason": "provider-paused",
        "checkouts": "1",
        "open_checkouts": "1",
        "currency": "EUR",
        "money_at_risk": "149.00",
    }


def test_hostile_text_is_shown_and_not_obeyed(place, signed_in, now):
    client = signed_in("operator")

    def make(text):
        order = place()
        decide(order, reason=text[:64])
        SweepRun.objects.create(started_at=now, decided=1, counts={text[:20]: 1})
        RecoveryPolicy.objects.filter(stage="payment").update(escalation_channel=text[:80])
        return Escalation.objects.create(
            order=order, stage="payment", reason="manual", note=text, opened_at=now, deadline_at=now
        )

    assert_shown_harmless(
        client,
        make=make,
        pages=lambda row: [RECOVERY, RESULTS, PAYMENT, *pages_of(Escalation)(row)],
        texts=hostile_strings()[::30],
    )
