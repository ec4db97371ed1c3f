"""A checkout that cannot be decided about keeps nobody else from a decision, and is told of until it was decided about."""

import re
from collections import Counter
from datetime import timedelta
from io import StringIO
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.utils import DatabaseError

from checkout.actions.call_escalations_again import Called, call_escalations_again
from checkout.actions.escalate_order import escalate_order
from checkout.actions.sweep_checkouts import sweep_checkouts
from checkout.components import check_recovery
from checkout.explain import explain_order
from checkout.models import Escalation, Orchestration, RecoveryDecision, SweepRun
from checkout.reports.sweep_preview import preview_sweep
from checkout.rules.recovery import Action
from checkout.sweep import plan_sweep, run_sweep
from smplat.console.attention import AttentionContext
from smplat.ids import new_id
from smplat.isolation import MOST_BROKEN
from smplat.operations import heartbeats
from smplat.operations.cards import rows_set_aside
from smplat.operations.models import SetAside
from smplat.operations.readiness import Status
from tests.checkout.recovery import HOUR, LATER, decisions, prompts, set_checkout, set_policy
from tests.checkout.test_races import together

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _nobody_is_held_out(db):
    set_policy(quiet_from="00:00", quiet_until="00:00")


def execute(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def refuse(table, condition, *, constraint="", when="BEFORE"):
    """Let PostgreSQL refuse new rows of a table that fulfil a condition."""
    execute(
        f"""
        CREATE OR REPLACE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF {condition} THEN RAISE EXCEPTION 'poison of ada@example.test'; END IF; RETURN NEW; END $$;
        CREATE {constraint} TRIGGER poison {when} INSERT ON {table}
        {"DEFERRABLE INITIALLY DEFERRED" if constraint else ""} FOR EACH ROW EXECUTE FUNCTION poison()
        """
    )


def refuse_messages(order, **more):
    refuse("outbox_message", f"NEW.payload ->> 'order_id' = '{order.pk}'", **more)


def heal():
    execute("DROP FUNCTION poison() CASCADE")


@pytest.fixture
def orders(place):
    return [place() for _ in range(7)]


def sweep(at=LATER, limit=100):
    return sweep_checkouts(sweep_id=new_id(), limit=limit, now=at)


def prompted():
    return sorted(message.payload["order_id"] for message in prompts())


def healthy(orders, poison):
    return sorted(str(order.pk) for order in orders if order != poison)


@pytest.mark.parametrize(
    "break_it",
    [
        # Its message is refused.
        refuse_messages,
        # The same, found only when the transaction ends.
        lambda order: refuse_messages(order, constraint="CONSTRAINT", when="AFTER"),
        # Its decision is refused: all that was written before has to go as well.
        lambda order: refuse("checkout_recoverydecision", f"NEW.order_id = '{order.pk}'"),
        # A time that Python cannot even read.
        lambda order: (
            set_checkout(order, stage_status="waiting")
            or execute(f"UPDATE checkout_orchestration SET next_action_at = 'infinity' WHERE order_id = '{order.pk}'")
        ),
    ],
)
def test_everybody_but_the_poison_row_is_prompted_once(orders, break_it):
    poison = orders[3]
    break_it(poison)
    swept = sweep()
    assert (swept.counts, swept.set_aside) == ({Action.PROMPT: 6}, 1)
    assert prompted() == healthy(orders, poison)
    assert RecoveryDecision.objects.count() == 6
    assert decisions(poison) == []
    assert SetAside.objects.get().name == poison.order_number


def test_it_is_told_with_its_reason_and_without_addresses(orders, caplog):
    poison = orders[0]
    refuse_messages(poison)
    sweep()
    row = SetAside.objects.get()
    assert row.reason == "ProgrammingError: poison of …"
    assert row.path == f"/admin/checkout/order/{poison.pk}/change/"
    assert (row.since, row.times, row.retry_at) == (LATER, 1, LATER + 5 * MINUTE)
    run = SweepRun.objects.get()
    assert (run.decided, run.counts) == (6, {"prompt": 6, "set_aside": 1})
    (line,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert (line.msg["event"], line.msg["subject"]) == ("sweep_set_aside", poison.order_number)
    assert line.exc_info is not None
    assert explain_order(poison.order_number, now=LATER).set_aside == row
    [card] = rows_set_aside(AttentionContext(now=LATER))
    assert (card.count, card.oldest_at) == (1, LATER)


def test_it_is_tried_again_after_a_pause_that_grows_and_keeps_nobody_waiting(orders, place):
    poison = orders[0]
    refuse_messages(poison)
    sweep()
    assert sweep(LATER + 4 * MINUTE).claimed == 0
    pauses = []
    for _ in range(6):
        before = SetAside.objects.get().retry_at
        late = place()
        set_checkout(late, recovery_due_at=before)
        assert sweep(before).set_aside == 1
        assert decisions(late) == [("prompt", "stalled")]
        pauses.append((SetAside.objects.get().retry_at - before) // MINUTE)
    assert pauses == [10, 20, 40, 60, 60, 60]


def test_healed_it_is_decided_about_and_told_of_no_more(orders):
    poison = orders[0]
    refuse_messages(poison)
    sweep()
    heal()
    assert sweep(LATER + 5 * MINUTE).counts == {Action.PROMPT: 1}
    assert decisions(poison) == [("prompt", "stalled")]
    assert not SetAside.objects.exists()


def test_readiness_speaks_of_it_when_it_fails_again(orders):
    heartbeats.record_success("schedule:sweep-checkouts", LATER)
    poison = orders[0]
    refuse_messages(poison)
    sweep()
    assert check_recovery(LATER + 4 * MINUTE).status is Status.READY
    sweep(LATER + 5 * MINUTE)
    component = check_recovery(LATER + 6 * MINUTE)
    assert component.status is Status.DEGRADED
    assert component.detail == f"Errors keep it from deciding about {poison.order_number}."


def test_one_that_is_not_due_any_more_is_forgotten(orders):
    refuse_messages(orders[0])
    sweep()
    set_checkout(orders[0], recovery_due_at=None)
    assert list(rows_set_aside(AttentionContext(now=LATER + 65 * MINUTE)))
    assert not list(rows_set_aside(AttentionContext(now=LATER + 66 * MINUTE)))


def test_many_poison_rows_before_the_healthy_one_block_nothing(place):
    orders = [place() for _ in range(2 * MOST_BROKEN + 1)]
    healthy_one = orders[-1]
    Orchestration.objects.exclude(order=healthy_one).update(recovery_due_at=LATER - 9 * HOUR)
    refuse("checkout_recoverydecision", f"NEW.order_id <> '{healthy_one.pk}'")
    swept = sweep()
    assert (swept.counts, swept.set_aside) == ({Action.PROMPT: 1}, 2 * MOST_BROKEN)
    assert prompted() == [str(healthy_one.pk)]


def test_when_nothing_works_the_sweep_fails_and_sets_nothing_aside(place):
    for _ in range(MOST_BROKEN):
        place()
    refuse("checkout_recoverydecision", "true")
    with pytest.raises(DatabaseError, match="poison"):
        sweep()
    assert not SetAside.objects.exists()
    assert prompts() == []


def test_one_poison_row_alone_is_set_aside(place):
    refuse_messages(place())
    swept = run_sweep(clock=lambda: LATER, until=LATER + HOUR)
    assert (swept.counts, swept.set_aside) == ({}, 1)


def test_the_sweep_goes_on_with_the_next_batch(orders, monkeypatch):
    monkeypatch.setattr("checkout.sweep.BATCH", 1)
    Orchestration.objects.filter(order=orders[3]).update(recovery_due_at=LATER - 9 * HOUR)
    refuse_messages(orders[3])
    swept = run_sweep(clock=lambda: LATER, until=LATER + HOUR)
    assert (swept.counts, swept.set_aside) == ({Action.PROMPT: 6}, 1)


def test_the_plan_and_the_preview_say_how_many_fail_and_write_nothing(orders):
    execute(f"UPDATE checkout_orchestration SET next_action_at = 'infinity' WHERE order_id = '{orders[0].pk}'")
    plan = plan_sweep(now=LATER)
    assert (plan.counts, plan.set_aside) == ({Action.PROMPT: 6}, 1)
    preview = preview_sweep(now=LATER)
    assert (preview.verdicts, preview.broken) == ([(Action.PROMPT, "stalled", 6)], 1)
    assert not SetAside.objects.exists()


def test_the_command_counts_it(orders):
    refuse_messages(orders[0])
    Orchestration.objects.update(stage_entered_at=LATER)
    out = StringIO()
    call_command("sweep_checkouts", stdout=out)
    assert re.search(r"^decided=6 .* set_aside=1$", out.getvalue(), re.MULTILINE)


@pytest.fixture
def escalated(orders):
    set_policy(escalation_channel="operations", escalation_deadline_minutes=60)
    for order in orders[:3]:
        escalate_order(order_id=order.pk, note="", now=LATER)
    return orders[:3]


@pytest.mark.parametrize(
    "break_it",
    [
        lambda order: refuse("outbox_message", f"NEW.payload ->> 'order_number' = '{order.order_number}'"),
        # A time that Python cannot even read.
        lambda order: execute(f"UPDATE checkout_order SET updated_at = 'infinity' WHERE id = '{order.pk}'"),
    ],
)
def test_everybody_but_the_poison_escalation_is_called_again_once(escalated, break_it):
    poison = escalated[1]
    break_it(poison)
    assert call_escalations_again(limit=50, now=LATER + HOUR) == Called(2, set_aside=1)
    assert call_escalations_again(limit=50, now=LATER + HOUR) == Called()
    times = dict(Escalation.objects.values_list("order_id", "times_called"))
    assert times == {order.pk: 1 if order == poison else 2 for order in escalated}
    row = SetAside.objects.get()
    assert (row.sweep, row.name) == ("call-escalations-again", poison.order_number)
    assert row.path == f"/admin/checkout/order/{poison.pk}/change/"


def test_a_healed_escalation_is_called_again_and_told_of_no_more(escalated):
    refuse("outbox_message", f"NEW.payload ->> 'order_number' = '{escalated[1].order_number}'")
    call_escalations_again(limit=50, now=LATER + HOUR)
    heal()
    assert call_escalations_again(limit=50, now=LATER + HOUR + 5 * MINUTE) == Called(1)
    assert not SetAside.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_sweeps_beside_each_other_prompt_everybody_once_and_set_the_poison_rows_aside_once(place):
    orders = [place() for _ in range(30)]
    poison = orders[5:25:7]
    try:
        names = ", ".join(f"'{order.pk}'" for order in poison)
        refuse("outbox_message", f"NEW.payload ->> 'order_id' IN ({names})")
        barrier = Barrier(4)

        def run():
            barrier.wait()
            while sweep(limit=8).claimed:
                pass

        assert [one for one in together(*[run] * 4) if isinstance(one, Exception)] == []
    finally:
        heal()
    assert Counter(prompted()) == Counter(str(order.pk) for order in orders if order not in poison)
    assert sorted(SetAside.objects.values_list("name", "times")) == sorted((order.order_number, 1) for order in poison)
    assert sweep(LATER + 5 * MINUTE).counts == {Action.PROMPT: len(poison)}
    assert Counter(prompted()) == Counter(str(order.pk) for order in orders)
