"""kill -9 in the middle of a nudge sweep, with one batch committed and one half written: every client hears from us once."""

import sys

import pytest
from django.db import connection

from onboarding.apps import ship_defaults
from onboarding.models import Interaction, NudgeDecision, NudgeSweepRun, Task
from smplat.outbox.models import Message
from tests.faults.processes import eventually, locked, running
from tests.onboarding.many_due import MESSAGES, fill

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]

CLIENTS = 3_000
SWEEP = [sys.executable, "manage.py", "nudge_onboarding"]


@pytest.fixture
def _many_due():
    ship_defaults()
    with connection.cursor() as cursor:
        fill(cursor.execute, rows=CLIENTS)


def clients_by_messages():
    with connection.cursor() as cursor:
        cursor.execute(MESSAGES)
        return dict(cursor.fetchall())


@pytest.mark.usefixtures("_many_due")
def test_after_a_sweeper_was_killed_another_writes_to_the_rest_and_to_nobody_twice(tmp_path):
    with running(SWEEP, tmp_path / "killed.log") as sweeper:
        assert eventually(Message.objects.exists), sweeper.log.read_text()
        # The next batch has written its messages and stops before its decisions.
        with locked("onboarding_nudgedecision") as is_awaited:
            assert eventually(is_awaited), sweeper.log.read_text()
            sweeper.kill()
    written = Message.objects.count()
    assert 0 < written < CLIENTS
    assert clients_by_messages() == {0: CLIENTS - written, 1: written}
    with running(SWEEP, tmp_path / "after.log") as sweeper:
        assert sweeper.process.wait() == 0, sweeper.log.read_text()
    assert clients_by_messages() == {1: CLIENTS}
    assert set(Task.objects.values_list("nudges_sent", flat=True)) == {1}
    assert (Interaction.objects.count(), NudgeDecision.objects.count()) == (CLIENTS, 3 * CLIENTS)
    assert sum(NudgeSweepRun.objects.values_list("decided", flat=True)) == 3 * CLIENTS
