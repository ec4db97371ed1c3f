"""kill -9 of a sweeper half-way, and a broker that forgets everything: each customer is prompted exactly once, and soon.

SMPLAT_LOAD_ROWS sets how many checkouts are due (4,000; the promise is about 100,000).
"""

import os
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from checkout.actions.sweep_checkouts import sweep_checkouts
from checkout.models import Orchestration, RecoveryDecision, SweepRun
from checkout.sweep import BATCH, run_sweep
from checkout.timetable import SWEEP
from smplat import clock
from smplat.ids import new_id
from smplat.operations.worker import schedule_heartbeat
from tests.checkout.many_due import PROMPTS, fill
from tests.faults.conftest import Broker
from tests.faults.processes import Running, database_url, eventually, locked, running, send, worker
from tests.faults.test_worker_killed import last_success

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]

ROWS = int(os.environ.get("SMPLAT_LOAD_ROWS", "4000"))
SWEEPERS = 4
WAITING = """
SELECT count(DISTINCT pid) FROM pg_locks WHERE relation = 'checkout_recoverydecision'::regclass AND NOT granted
"""
# Two of a hundred thousand; far above what a busy machine takes.
LOAD_SECONDS = 1200.0


@pytest.fixture
def due(db: None) -> int:
    with connection.cursor() as cursor:
        fill(cursor.execute, rows=ROWS)
    return ROWS


def prompts_per_order() -> Counter[int]:
    with connection.cursor() as cursor:
        cursor.execute(PROMPTS, {})
        return Counter(prompts for prompts, _ in cursor.fetchall())


def sweep_half(rows: int) -> None:
    for _ in range(rows // 2 // BATCH):
        sweep_checkouts(sweep_id=new_id(), limit=BATCH, now=clock.now())


def all_wait(number: int) -> bool:
    with psycopg.connect(database_url(), autocommit=True) as watcher:
        row = watcher.execute(WAITING).fetchone()
    return bool(row and row[0] >= number)


def is_over(sweeper: Running) -> bool:
    return sweeper.process.poll() is not None


@pytest.mark.timeout(LOAD_SECONDS * 2)
def test_of_four_sweepers_one_killed_half_way_each_customer_is_prompted_exactly_once(due: int, tmp_path: Path) -> None:
    sweep_half(due)
    command = [sys.executable, "manage.py", "sweep_checkouts"]
    with ExitStack() as stack:
        # Each has claimed a batch and written its messages, and stops right before it writes its decisions.
        with locked("checkout_recoverydecision"):
            sweepers = [
                stack.enter_context(running(command, tmp_path / f"sweeper-{number}.log")) for number in range(SWEEPERS)
            ]
            assert eventually(lambda: all_wait(SWEEPERS)), sweepers[0].log.read_text()[-2000:]
            sweepers[0].kill()
        assert all(eventually(lambda one=one: is_over(one), seconds=LOAD_SECONDS) for one in sweepers)
    assert [sweeper.process.returncode for sweeper in sweepers] == [-9, 0, 0, 0]
    # What the dead one held is free again at the latest when the next minute's sweep comes.
    assert eventually(lambda: not all_wait(1))
    run_sweep(clock=clock.now, until=clock.now().replace(year=9999))
    assert prompts_per_order() == {1: due}
    assert not Orchestration.objects.filter(recovery_due_at__lte=clock.now()).exists()
    assert set(Orchestration.objects.values_list("prompts_sent", flat=True)) == {1}
    assert RecoveryDecision.objects.filter(action="prompt", reason="stalled").count() == due
    assert sum(SweepRun.objects.values_list("decided", flat=True)) == due


def test_a_broker_that_forgot_everything_costs_one_interval(broker: Broker, tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        fill(cursor.execute, rows=20)
    send(broker.url, "checkout.sweep")
    broker.stop()
    broker.start()
    with worker(tmp_path, broker.url):
        # The next firing, a minute later in a real deployment.
        send(broker.url, "checkout.sweep")
        assert eventually(lambda: last_success(schedule_heartbeat(SWEEP)) is not None)
    assert prompts_per_order() == {1: 20}
