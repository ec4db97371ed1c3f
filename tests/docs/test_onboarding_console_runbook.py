"""The rehearsals of the onboarding runbook pass and leave nothing; its checks see what is odd."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from checkout.models import Customer, Order
from onboarding.apps import ship_defaults
from onboarding.models import Interaction, Journey, NudgeDecision, NudgePolicy, NudgeSweepRun, Task
from smplat.operations.models import RunbookStepRun
from smplat.operations.runbook_documents import DIRECTORY
from smplat.outbox.models import Message, PreferenceChange
from tests.onboarding.conftest import _defaults, begin, new_order, now, place, product, provider  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = (DIRECTORY / "onboarding-console.md").read_text()
REHEARSALS = re.findall(r"`(onboarding\.rehearse-[a-z-]+)`", TEXT)


@pytest.fixture(autouse=True)
def _shipped():
    ship_defaults()


def run(*steps):
    out = StringIO()
    call_command("runbook", "run", "onboarding-console", step=list(steps), stdout=out)
    return out.getvalue()


def test_every_rehearsal_passes_and_leaves_nothing():
    assert len(REHEARSALS) == 4
    assert "passed=4 " in run(*REHEARSALS)
    left = [Order, Customer, Journey, Interaction, NudgeDecision, NudgeSweepRun, Message, PreferenceChange]
    assert [model.__name__ for model in left if model.objects.exists()] == []


def test_a_rehearsal_leaves_what_is_really_due_alone(begin):  # noqa: F811
    journey = begin()
    run("onboarding.rehearse-idle-task")
    due = journey.nudge_due_at
    journey.refresh_from_db()
    assert (journey.nudge_due_at, NudgeDecision.objects.count()) == (due, 0)


def test_a_rehearsal_says_what_was_decided_instead():
    NudgePolicy.objects.update(is_active=False)
    with pytest.raises(CommandError):
        run("onboarding.rehearse-idle-task")
    verdict = RunbookStepRun.objects.get(outcome="failed")
    assert verdict.summary == "Stopped (policy-off). Expected: Nudged (task_idle), once."


def test_journeys_that_disagree_with_their_tasks_are_named(begin):  # noqa: F811
    journey = begin()
    assert "They agree." in run("onboarding.check-journeys")
    Task.objects.filter(slug="intake").update(status="completed", completed_at=journey.started_at)
    with pytest.raises(CommandError):
        run("onboarding.check-journeys")
    assert journey.order.order_number in RunbookStepRun.objects.get(outcome="failed").summary
