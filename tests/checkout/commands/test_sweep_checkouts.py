"""manage.py sweep_checkouts: a sweep, its rehearsal, and the story of one order."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from checkout.models import Orchestration, RecoveryDecision, SweepRun
from smplat import clock
from smplat.outbox.models import Message
from tests.checkout.recovery import set_checkout, set_policy

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_any_hour(db):
    set_policy(quiet_from="00:00", quiet_until="00:00")


@pytest.fixture
def stalled(place):
    """An order that is stalled now, whenever this test runs."""
    order, now = place(), clock.now()
    since = now - timedelta(days=1)
    set_checkout(order, last_transition_at=since, stage_entered_at=since, recovery_due_at=now - timedelta(minutes=1))
    return order


def run(*arguments):
    out = StringIO()
    call_command("sweep_checkouts", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_it_sweeps_and_counts(stalled):
    assert run() == ["decided=1 prompt=1 defer=0 wait=0 hold=0 observe=0 suppress=0 escalate=0 stop=0 set_aside=0"]
    assert Message.objects.count() == 1


def test_a_dry_run_counts_the_same_and_writes_nothing(stalled, django_assert_num_queries):
    before = Orchestration.objects.values().get()
    assert run("--dry-run") == [
        "dry-run decided=1 prompt=1 defer=0 wait=0 hold=0 observe=0 suppress=0 escalate=0 stop=0 set_aside=0"
    ]
    assert Orchestration.objects.values().get() == before
    assert not any(model.objects.exists() for model in (Message, RecoveryDecision, SweepRun))


@pytest.mark.parametrize("name", ["order_number", "id"])
def test_explaining_an_order_shows_facts_verdict_and_decisions(stalled, name):
    run()
    lines = run("--explain", str(getattr(stalled, name)))
    assert lines[0].startswith(f"Order {stalled.order_number}, stage payment, due ")
    assert "  prompts_sent: 1" in lines
    assert "Verdict: wait, prompted-recently" in lines
    assert any(line.endswith("prompt, stalled (policy version 1)") for line in lines)
    assert lines[-1] == "decisions=1"


def test_an_unknown_order_is_a_sentence(db):
    with pytest.raises(CommandError, match="Order not found"):
        run("--explain", "SM999999")
