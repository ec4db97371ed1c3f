"""kill -9 of a Celery worker in the middle of a task, and of beat: the work is done all the same, and once."""

import os
import signal
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from structlog.contextvars import bound_contextvars

from analytics.actions.record_offer_events import record_offer_events
from analytics.models import OfferRollup
from smplat import clock
from smplat.operations import heartbeats
from smplat.operations.beat import HEARTBEAT as BEAT
from smplat.operations.components import BEAT_LATE_AFTER, WORKER_LATE_AFTER, check_beat, check_worker
from smplat.operations.readiness import Status
from smplat.operations.worker import HEARTBEAT_PREFIX, schedule_heartbeat
from tests.analytics.making import NOW, facts
from tests.analytics.rollups import assert_rollups_equal_events, fold_everything
from tests.faults.conftest import Broker
from tests.faults.processes import Running, beat, eventually, locked, send, worker

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]

FOLD = "analytics.fold_offer_rollups"
FOLDED = schedule_heartbeat("fold-offer-rollups")


def last_success(name: str) -> datetime | None:
    heartbeat = heartbeats.find(name)
    return heartbeat.last_success_at if heartbeat else None


def begin_to_fold_and_kill(broker: Broker, victim: Running, kill: Callable[[Running], None]) -> None:
    """The fold is in its transaction and cannot go on when it dies."""
    record_offer_events(readings=[facts(offer_slug=f"offer-{number % 3}") for number in range(50)], now=NOW)
    with locked("analytics_offer_rollups") as is_awaited:
        send(broker.url, FOLD)
        assert eventually(is_awaited), victim.log.read_text()[-2000:]
        kill(victim)
    assert not OfferRollup.objects.exists()
    assert last_success(FOLDED) is None


def test_what_a_killed_worker_was_doing_is_done_by_the_next_one_and_once(broker: Broker, tmp_path: Path) -> None:
    with worker(tmp_path, broker.url, name="first") as first:
        begin_to_fold_and_kill(broker, first, Running.kill)
    with worker(tmp_path, broker.url, name="second"):
        # Nobody sends it a second time: the broker hands on what the dead one had not acknowledged.
        assert eventually(lambda: last_success(FOLDED) is not None)
    fold_everything()
    assert_rollups_equal_events()


def test_what_a_killed_child_was_doing_is_done_again_by_its_worker(broker: Broker, tmp_path: Path) -> None:
    with worker(tmp_path, broker.url) as started:
        begin_to_fold_and_kill(broker, started, kill_children)
        assert eventually(lambda: last_success(FOLDED) is not None)
        assert started.process.poll() is None
    fold_everything()
    assert_rollups_equal_events()


def kill_children(started: Running) -> None:
    for pid in started.children():
        os.kill(pid, signal.SIGKILL)


def test_a_killed_beat_is_noticed_and_its_successor_is_seen(broker: Broker, tmp_path: Path) -> None:
    with beat(tmp_path, broker.url) as first:
        assert eventually(lambda: check_beat(clock.now()).status is Status.READY), first.log.read_text()[-2000:]
        first.kill()
    last = last_success(BEAT)
    assert last is not None
    assert check_beat(last + BEAT_LATE_AFTER * 2).status is Status.ERROR
    with beat(tmp_path, broker.url) as second:
        assert eventually(lambda: last_success(BEAT) != last), second.log.read_text()[-2000:]
        assert check_beat(clock.now()).status is Status.READY


def test_a_killed_worker_is_noticed_and_its_successor_is_seen(broker: Broker, tmp_path: Path) -> None:
    with worker(tmp_path, broker.url, name="first"):
        assert eventually(lambda: last_success(f"{HEARTBEAT_PREFIX}first@here") is not None)
    last = last_success(f"{HEARTBEAT_PREFIX}first@here")
    assert last is not None
    assert check_worker(last + WORKER_LATE_AFTER * 2).status is Status.ERROR
    with worker(tmp_path, broker.url, name="second"):
        assert eventually(lambda: last_success(f"{HEARTBEAT_PREFIX}second@here") is not None)
    assert check_worker(clock.now()).status is Status.READY


def test_a_task_is_logged_under_the_request_that_started_it(broker: Broker, tmp_path: Path) -> None:
    with worker(tmp_path, broker.url) as started:
        with bound_contextvars(request_id="of-the-storefront"):
            send(broker.url, FOLD)
        assert eventually(lambda: last_success(FOLDED) is not None), started.log.read_text()[-2000:]
        logged = {line["message"] for line in started.lines() if line.get("request_id") == "of-the-storefront"}
    assert {"task_started", "task_succeeded"} <= logged
