"""The nudge sweep: who gets one message, who gets none, and what is on record about it."""

from datetime import UTC, datetime, timedelta

import pytest

from checkout.customers import CustomerDetails
from checkout.models import Customer, Order
from checkout.states import OrderStatus
from onboarding.actions.purge_nudge_runs import purge_nudge_runs
from onboarding.actions.sweep_nudges import sweep_nudges
from onboarding.contacts import shown_metadata
from onboarding.explain import explain_journey
from onboarding.models import Interaction, Journey, NudgeDecision, NudgePolicy, NudgeSweepRun, Task
from onboarding.rules.nudges import Action
from onboarding.sweep import plan_sweep, run_sweep
from onboarding.switches import NUDGES
from smplat.db import transaction
from smplat.ids import new_id
from smplat.operations.actions.flip_switch import flip_switch
from smplat.operations.holds import Subject, place_hold, release_holds
from smplat.operations.models import HoldScope
from smplat.outbox.actions.change_preferences import change_preferences
from smplat.outbox.choices import Category, ChangeSource, State
from smplat.outbox.models import Message

HOUR = timedelta(hours=1)
# The first moment at which a fresh journey's tasks are idle.
IDLE = 24 * HOUR
BOB = CustomerDetails(email="bob@example.test", name="Bob", time_zone="UTC")


@pytest.fixture
def sweep():
    def sweep(at):
        return sweep_nudges(sweep_id=new_id(), limit=100, now=at)

    return sweep


def messages():
    return Message.objects.filter(topic="onboarding.nudge").order_by("created_at", "id")


def reasons(journey):
    rows = NudgeDecision.objects.filter(journey=journey).order_by("decided_at", "task__sort_order")
    return list(rows.values_list("task__slug", "action", "reason"))


def test_idle_tasks_of_one_client_leave_in_one_message(begin, sweep, now):
    journey = begin()
    swept = sweep(now + IDLE)
    assert (swept.journeys, swept.clients, swept.counts) == (1, 1, {Action.NUDGE: 3})
    message = messages().get()
    assert (message.recipient, message.category, message.channel) == ("ada@example.test", "onboarding", "email")
    assert [task["title"] for task in message.payload["tasks"]] == [
        "Tell us about your campaign",
        "Hand in your files and access",
        "Choose how we stay in touch",
    ]
    assert message.payload["subject"] == "3 steps wait for you"
    journey.refresh_from_db()
    assert (journey.last_touch_at, journey.nudge_due_at) == (now + IDLE, now + 2 * IDLE)
    assert set(journey.tasks.values_list("nudges_sent", flat=True)) == {1}


def test_an_interaction_names_key_reason_and_hours_and_later_what_became_of_the_message_d_36(begin, sweep, now):
    journey = begin()
    Task.objects.exclude(slug="intake").update(status="blocked")
    sweep(now + IDLE + 2 * HOUR)
    task = journey.tasks.get(slug="intake")
    row = Interaction.objects.get()
    assert (row.actor_type, row.channel, row.message_id, row.task_id) == (
        "system",
        "email",
        messages().get().pk,
        task.pk,
    )
    assert shown_metadata([row])[row.pk] == {
        "nudge": {
            "key": f"{task.pk}:task_idle",
            "reason": "task_idle",
            "triggered_by": "sweep",
            "channel": "email",
            "automated": True,
            "idle_hours": 26,
            "delivery_status": "queued",
            "tasks": [
                {
                    "task_id": str(task.pk),
                    "title": "Tell us about your campaign",
                    "key": f"{task.pk}:task_idle",
                    "reason": "task_idle",
                    "idle_hours": 26,
                }
            ],
        }
    }


def test_a_message_about_several_tasks_is_one_interaction_that_names_them_all(begin, sweep, now):
    journey = begin()
    sweep(now + IDLE)
    row = Interaction.objects.get()
    tasks = {task.slug: str(task.pk) for task in journey.tasks.all()}
    nudge = row.metadata["nudge"]
    assert (row.task_id, row.message_id) == (None, messages().get().pk)
    assert nudge["key"] == f"{tasks['intake']}:task_idle"
    assert [task["key"] for task in nudge["tasks"]] == [
        f"{tasks[slug]}:task_idle" for slug in ("intake", "assets", "collaboration")
    ]
    assert [task["title"] for task in nudge["tasks"]] == [task["title"] for task in messages().get().payload["tasks"]]


def test_a_reminder_about_several_tasks_touched_each_of_them(begin, sweep, now):
    journey = begin()
    sweep(now + IDLE)
    facts = explain_journey(journey, now=now + IDLE).journey
    assert {task.last_touch_at for task in facts.tasks} == {now + IDLE}


def test_a_second_sweep_finds_nothing_due_d_09(begin, sweep, now):
    begin()
    sweep(now + IDLE)
    assert sweep(now + IDLE).journeys == 0
    assert messages().count() == 1


def test_a_task_that_is_overdue_says_so_and_when_it_was_due(begin, sweep, now):
    journey = begin()
    Task.objects.exclude(slug="intake").update(status="blocked")
    Journey.objects.update(nudge_due_at=now + 49 * HOUR)
    sweep(now + 49 * HOUR)
    message = messages().get()
    assert message.payload["subject"] == "Overdue: Tell us about your campaign"
    assert message.payload["paragraphs"][1] == "It was due on 3 June 2026. The sooner it is done, the sooner we begin."
    assert reasons(journey) == [
        ("intake", "nudge", "task_overdue"),
        ("assets", "wait", "task-blocked"),
        ("collaboration", "wait", "task-blocked"),
    ]


def test_a_task_is_named_again_only_after_twelve_hours_and_with_the_same_reason(begin, sweep, now):
    journey = begin()
    NudgePolicy.objects.update(cap=9, idle_after_hours=1, quiet_from="00:00", quiet_until="00:00")
    sweep(now + IDLE)
    Journey.objects.update(nudge_due_at=now)
    sweep(now + IDLE + 11 * HOUR)
    assert messages().count() == 1
    assert reasons(journey)[3:] == [(slug, "wait", "nudged-recently") for slug in ("intake", "assets", "collaboration")]
    sweep(now + IDLE + 12 * HOUR)
    assert messages().count() == 2


def test_a_task_waits_for_the_one_it_depends_on(begin, sweep, now):
    journey = begin()
    journey.tasks.filter(slug="assets").update(depends_on="intake")
    sweep(now + IDLE)
    assert reasons(journey)[1] == ("assets", "wait", "dependency-open")


def test_two_journeys_of_one_client_make_one_message_with_a_link_for_each(begin, place, sweep, now):
    first, second = begin(), begin(place())
    swept = sweep(now + IDLE)
    assert (swept.journeys, swept.clients) == (2, 1)
    payload = messages().get().payload
    assert payload["subject"] == "6 steps wait for you"
    assert {link["label"] for link in payload["links"]} == {
        f"Order {first.order.order_number}",
        f"Order {second.order.order_number}",
    }
    rows = Interaction.objects.filter(message_id=messages().get().pk)
    assert {row.journey_id: len(row.metadata["nudge"]["tasks"]) for row in rows} == {first.pk: 3, second.pk: 3}


def test_a_batch_takes_the_other_due_journeys_of_its_clients_with_it(begin, place, now):
    begin(), begin(place())
    assert sweep_nudges(sweep_id=new_id(), limit=1, now=now + IDLE).journeys == 2
    assert messages().count() == 1


def test_the_cap_counts_over_journeys_and_other_messages(begin, place, sweep, now):
    begin()
    sweep(now + IDLE)
    late = begin(place(), at=now + HOUR)
    sweep(now + IDLE + HOUR)
    assert messages().count() == 1
    assert set(reasons(late)) == {(slug, "wait", "frequency-cap") for slug in ("intake", "assets", "collaboration")}
    late.refresh_from_db()
    assert late.nudge_due_at == now + IDLE + 20 * HOUR


def test_a_message_that_never_arrived_does_not_count_against_the_cap(begin, place, sweep, now):
    begin()
    sweep(now + IDLE)
    Message.objects.update(state=State.DEAD)
    begin(place(), at=now + HOUR)
    sweep(now + IDLE + HOUR)
    assert messages().count() == 2


def test_different_clients_get_a_message_each(begin, place, sweep, now):
    begin(), begin(place(customer=BOB))
    assert sweep(now + IDLE).clients == 2
    assert set(messages().values_list("recipient", flat=True)) == {"ada@example.test", "bob@example.test"}


def test_who_opted_out_is_not_written_to_and_the_log_says_why_once(begin, sweep, now):
    journey = begin()
    wants = {Category.ONBOARDING: False}
    change_preferences(recipient_id=journey.order.customer_id, wants=wants, source=ChangeSource.LINK, now=now)
    sweep(now + IDLE)
    sweep(now + 2 * IDLE)
    assert not messages().exists()
    assert reasons(journey) == [(slug, "suppress", "opted-out") for slug in ("intake", "assets", "collaboration")]
    journey.refresh_from_db()
    assert journey.nudge_due_at == now + 3 * IDLE


def test_an_order_without_a_customer_is_decided_about_and_leaves_nothing(begin, place, sweep, now):
    journey = begin(place(customer=None))
    assert sweep(now + IDLE).counts == {Action.SUPPRESS: 3}
    assert reasons(journey)[0] == ("intake", "suppress", "no-address")
    assert not messages().exists()


@pytest.mark.parametrize(
    ("status", "reason"), [(OrderStatus.CANCELED, "order-canceled"), (OrderStatus.ON_HOLD, "order-on-hold")]
)
def test_nobody_is_chased_for_an_order_that_is_over_or_on_hold(status, reason, begin, sweep, now):
    journey = begin()
    Order.objects.update(status=status)
    assert sweep(now + IDLE).counts == {Action.STOP: 1}
    assert reasons(journey) == [(None, "stop", reason)]
    journey.refresh_from_db()
    assert (journey.nudge_due_at, messages().exists()) == (None, False)


def test_nobody_is_chased_for_a_backdated_order(begin, sweep, now):
    journey = begin()
    Order.objects.update(is_backdated=True)
    sweep(now + IDLE)
    assert reasons(journey) == [(None, "stop", "backdated")]


def test_after_five_nudges_we_fall_silent(begin, sweep, now):
    journey = begin()
    Task.objects.update(nudges_sent=4)
    sweep(now + IDLE)
    assert Task.objects.filter(nudges_sent=5).count() == 3
    Journey.objects.update(nudge_due_at=now)
    assert sweep(now + 2 * IDLE).counts == {Action.STOP: 3}
    journey.refresh_from_db()
    assert journey.nudge_due_at is None


def test_switched_off_nothing_is_decided_and_what_is_due_stays_due(begin, sweep, now):
    journey = begin()
    flip_switch(name=NUDGES.name, on=False, reason="noise", by="bob", now=now)
    assert sweep(now + IDLE).journeys == 0
    journey.refresh_from_db()
    assert journey.nudge_due_at == now + IDLE
    assert not NudgeDecision.objects.exists()


def test_a_hold_freezes_and_its_end_lets_the_nudges_go_one_after_another(begin, place, provider, sweep, now):
    journeys = [begin(place(customer=CustomerDetails(email=f"{n}@example.test"))) for n in range(20)]
    subject = Subject(HoldScope.PROVIDER, provider.pk)
    with transaction():
        place_hold(subject=subject, reason="paused", by="bob", until=None, now=now)
    assert sweep(now + IDLE).counts == {Action.HOLD: 60}
    assert reasons(journeys[0])[0] == ("intake", "hold", "provider-paused")
    dues = set(Journey.objects.values_list("nudge_due_at", flat=True))
    assert len(dues) == 20
    assert all(now + IDLE < due <= now + IDLE + timedelta(minutes=15) for due in dues)
    with transaction():
        release_holds(subject=subject, by="bob", now=now + IDLE)
    early = sweep(now + IDLE + timedelta(minutes=5)).clients
    assert 0 < early < 20
    assert sweep(now + IDLE + timedelta(minutes=15)).clients == 20 - early


def test_a_hold_that_goes_on_is_one_decision(begin, sweep, now):
    journey = begin()
    with transaction():
        place_hold(subject=Subject(HoldScope.ORDER, str(journey.order_id)), reason="x", by="bob", until=None, now=now)
    for minutes in (0, 15, 30):
        sweep(now + IDLE + timedelta(minutes=minutes))
    assert len(reasons(journey)) == 3


@pytest.mark.parametrize(
    ("zone", "at", "resumes_at"),
    [
        # The clocks jump from 2:00 to 3:00: quiet until 8:00 summer time is one hour shorter.
        ("Europe/Berlin", datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 6, tzinfo=UTC)),
        # They fall back from 3:00 to 2:00: one hour longer.
        ("Europe/Berlin", datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 7, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 3, 8, 5, tzinfo=UTC), datetime(2026, 3, 8, 12, tzinfo=UTC)),
    ],
)
def test_quiet_hours_end_on_the_clients_clock_also_in_nights_when_clocks_change(zone, at, resumes_at, begin, sweep):
    journey = begin(at=at - IDLE)
    Customer.objects.update(time_zone=zone)
    assert sweep(at).counts == {Action.DEFER: 3}
    journey.refresh_from_db()
    assert journey.nudge_due_at == resumes_at
    assert sweep(resumes_at - timedelta(seconds=1)).journeys == 0
    assert sweep(resumes_at).clients == 1


def test_a_time_zone_nobody_knows_does_not_stop_the_sweep(begin, sweep, now):
    begin()
    Customer.objects.update(time_zone="Mars/Olympus")
    assert sweep(now + IDLE).clients == 1


def test_slack_only_when_every_task_prefers_it_and_somebody_reads_it(begin, sweep, settings, now):
    settings.SLACK_CLIENT_DESTINATIONS = {"acme": {"webhook_url": "https://hooks.slack.test/acme", "channel": ""}}
    begin(context={"support": {"channel": "acme"}})
    Task.objects.filter(slug="intake").update(preferred_channel="slack")
    sweep(now + IDLE)
    assert messages().get().channel == "email"
    Task.objects.update(preferred_channel="slack")
    sweep(now + 2 * IDLE)
    message = messages().last()
    assert (message.channel, message.recipient, message.payload["is_for_team"]) == ("slack", "acme", False)


def test_without_any_slack_the_preference_gives_way_to_email(begin, sweep, now):
    begin()
    Task.objects.update(preferred_channel="slack")
    sweep(now + IDLE)
    assert messages().get().channel == "email"


def test_a_run_counts_what_its_batches_did_and_goes_after_a_quarter(begin, place, now):
    for number in range(3):
        begin(place(customer=CustomerDetails(email=f"{number}@example.test")))
    total = run_sweep(clock=lambda: now + IDLE, until=now + 2 * IDLE, limit=2)
    assert (total.journeys, total.clients) == (2, 2)
    run = NudgeSweepRun.objects.get()
    assert (run.decided, run.counts) == (6, {"nudge": 6})
    assert purge_nudge_runs(now=now + 90 * IDLE) == 0
    assert purge_nudge_runs(now=now + 92 * IDLE) == 1
    assert NudgeDecision.objects.count() == 6


def test_other_idle_hours_reach_further_once_and_heed_every_other_rule(begin, place, now):
    begin(), begin(place(customer=BOB), at=now + 10 * HOUR)
    refused = Customer.objects.get(email="bob@example.test")
    wants = {Category.ONBOARDING: False}
    change_preferences(recipient_id=refused.pk, wants=wants, source=ChangeSource.LINK, now=now)
    at = now + 19 * HOUR
    Customer.objects.update(time_zone="Asia/Tokyo")
    assert run_sweep(clock=lambda: at, until=at + HOUR).journeys == 0
    total = run_sweep(clock=lambda: at, until=at + HOUR, idle_after=8 * HOUR)
    assert (total.journeys, total.clients) == (2, 1)
    assert messages().get().recipient == "ada@example.test"


def test_a_rehearsal_counts_the_same_and_writes_nothing(begin, place, now):
    begin(), begin(place()), begin(place(customer=BOB))
    before = list(Journey.objects.order_by("pk").values())
    plan = plan_sweep(now=now + IDLE)
    assert (plan.journeys, plan.clients, plan.counts) == (3, 2, {Action.NUDGE: 9})
    assert list(Journey.objects.order_by("pk").values()) == before
    assert [model.objects.count() for model in (NudgeDecision, NudgeSweepRun, Interaction)] == [0, 0, 0]
    assert not messages().exists()
    total = run_sweep(clock=lambda: now + IDLE, until=now + 2 * IDLE)
    assert (total.journeys, total.clients, total.counts) == (plan.journeys, plan.clients, plan.counts)
