"""manage.py nudge_onboarding: sweeps, rehearses, explains."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from onboarding.models import NudgeDecision
from smplat import clock
from smplat.outbox.models import Message

DAY = timedelta(hours=24)


@pytest.fixture
def run(monkeypatch, now):
    def run(*arguments, at=now + DAY):
        monkeypatch.setattr(clock, "now", lambda: at)
        out = StringIO()
        call_command("nudge_onboarding", *arguments, stdout=out)
        return out.getvalue().splitlines()

    return run


def nudges():
    return Message.objects.filter(topic="onboarding.nudge").count()


def test_the_last_line_counts_what_was_done(begin, run):
    begin()
    assert run()[-1] == "journeys=1 messages=1 nudge=3 wait=0 defer=0 hold=0 suppress=0 stop=0 set_aside=0"
    assert nudges() == 1
    assert run()[-1] == "journeys=0 messages=0 nudge=0 wait=0 defer=0 hold=0 suppress=0 stop=0 set_aside=0"


def test_a_dry_run_counts_the_same_and_writes_nothing_d_37(begin, run):
    begin()
    assert run("--dry-run") == [
        "dry-run journeys=1 messages=1 nudge=3 wait=0 defer=0 hold=0 suppress=0 stop=0 set_aside=0"
    ]
    assert (nudges(), NudgeDecision.objects.count()) == (0, 0)


def test_other_idle_hours_and_a_limit_hold_for_this_run(begin, place, run, now):
    begin(), begin(place(customer=None))
    assert run("--idle-hours", "6", "--limit", "1", at=now + DAY / 4)[-1].startswith("journeys=1 ")
    assert run("--idle-hours", "7", "--dry-run", at=now + DAY / 4)[-1].startswith("dry-run journeys=0 ")


@pytest.mark.parametrize("argument", ["--limit", "--idle-hours"])
def test_less_than_one_is_refused(argument, run):
    with pytest.raises(CommandError, match="at least 1"):
        run(argument, "0")


def test_an_explanation_tells_facts_verdicts_and_decisions_and_writes_nothing(begin, run):
    journey = begin()
    run()
    number = journey.order.order_number
    lines = run("--explain", number, at=journey.nudge_due_at + DAY / 4)
    assert lines[0] == f"Order {number}, journey active, due 2026-06-03 12:00:00+00:00"
    assert "Client: address True, consents True, time zone Europe/London" in lines
    assert "  intake: wait, touched-recently, next 2026-06-03 12:00:00+00:00" in lines
    assert "    last touched 2026-06-02 12:00, due 2026-06-03 12:00, nudges sent 1" in lines
    assert "  2026-06-02 12:00:00 intake: nudge, task_idle (policy version 1)" in lines
    assert lines[-1] == "decisions=3"
    assert (nudges(), NudgeDecision.objects.count()) == (1, 3)


@pytest.mark.django_db
def test_an_order_without_a_journey_cannot_be_explained(run):
    with pytest.raises(CommandError, match="Journey not found"):
        run("--explain", "SM404404")
