"""Readiness tells what works, never hangs, and says nothing secret."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from smplat import schedules
from smplat.operations import heartbeats, probe, readiness
from smplat.operations.components import BEAT_LATE_AFTER, check_beat, check_migrations, check_schedule, check_worker
from smplat.operations.probe import Probe, ask_database_checks
from smplat.operations.readiness import Component, Status

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
PATHS = ["/api/v1/readyz", "/api/v1/readyz/", "/api/v1/health/readyz", "/api/v1/health/readyz/"]
KEYS = {"status", "detail", "last_error_at", "last_success_at", "last_error"}


def components(**statuses: Status) -> dict[str, Component]:
    ready = {"database": Status.READY, "migrations": Status.READY}
    return {name: Component(status=status) for name, status in (ready | statuses).items()}


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [
        ({}, Status.READY),
        ({"beat": Status.DISABLED}, Status.READY),
        ({"beat": Status.STARTING}, Status.DEGRADED),
        ({"beat": Status.ERROR}, Status.DEGRADED),
        ({"database": Status.ERROR}, Status.ERROR),
        ({"migrations": Status.ERROR}, Status.ERROR),
    ],
)
def test_only_vital_parts_make_the_whole_an_error(statuses: dict[str, Status], verdict: Status) -> None:
    assert readiness.summarize(components(**statuses)) is verdict


def test_a_missing_vital_part_is_an_error() -> None:
    assert readiness.summarize({}) is Status.ERROR


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", [*PATHS, "/healthz", "/healthz/", "/api/v1/healthz", "/api/v1/health/healthz/", "/metrics"]
)
def test_a_probe_may_ask_by_address_and_over_plain_http(path: str, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert Client().get(path, headers={"host": "10.1.2.3:8000"}).status_code == 200


@pytest.mark.parametrize("path", ["/admin/login/", "/docs", "/api/v1/analytics/preset-events", "/healthz-not"])
def test_everybody_else_asks_by_the_name_of_the_site(path: str) -> None:
    assert Client().get(path, headers={"host": "10.1.2.3:8000"}).status_code == 400


@pytest.mark.parametrize("path", ["/healthz", "/healthz/"])
def test_liveness_names_the_deployment_without_the_database(path: str) -> None:
    assert Client().get(path).json() == {"status": "ok", "environment": "development", "version": "0.1.0"}


@pytest.mark.parametrize("path", ["/api/v1/healthz", "/api/v1/health/healthz", "/api/v1/health/healthz/"])
def test_liveness_of_the_api_is_short(path: str) -> None:
    assert Client().get(path).json() == {"status": "ok"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", PATHS)
def test_every_component_has_every_key(path: str, fresh_probe: Probe) -> None:
    answer = Client().get(path)
    assert answer.status_code == 200
    assert {"database", "migrations", "redis", "beat", "worker", "switches"} <= answer.json()["components"].keys()
    assert all(component.keys() == KEYS for component in answer.json()["components"].values())


@pytest.mark.django_db(transaction=True)
def test_without_beat_and_worker_the_platform_is_degraded_and_still_serves(fresh_probe: Probe) -> None:
    answer = Client().get("/api/v1/readyz?strict=1")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")


@pytest.mark.django_db
def test_applied_migrations_are_ready() -> None:
    assert check_migrations(NOW).status is Status.READY


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("age", "status"),
    [(timedelta(0), Status.READY), (BEAT_LATE_AFTER + timedelta(seconds=1), Status.ERROR)],
)
def test_beat_is_judged_by_its_tick(age: timedelta, status: Status) -> None:
    heartbeats.record_success("beat", NOW - age)
    assert check_beat(NOW).status is status


@pytest.mark.django_db
def test_beat_that_never_ticked_is_starting() -> None:
    assert check_beat(NOW).status is Status.STARTING


@pytest.mark.django_db
def test_one_living_worker_is_enough() -> None:
    heartbeats.record_success("worker:celery@gone", NOW - timedelta(hours=1))
    heartbeats.record_success("worker:celery@here", NOW)
    assert check_worker(NOW) == Component(status=Status.READY, detail="1 running.", last_success_at=NOW)


@pytest.mark.django_db(transaction=True)
def test_a_schedule_is_judged_by_the_interval_that_an_operator_gave_it() -> None:
    pulse = schedules.find_by_task("operations.pulse")
    heartbeats.record_success("schedule:pulse", NOW - timedelta(minutes=10))
    assert check_schedule(pulse, NOW).detail == "No sign of life for longer than 2 min."
    interval = IntervalSchedule.objects.create(every=2, period=IntervalSchedule.HOURS)
    PeriodicTask.objects.filter(name="pulse").update(interval=interval)
    verdict = check_schedule(pulse, NOW)
    assert (verdict.status, verdict.detail) == (Status.READY, "Runs every 2 h.")


@pytest.mark.django_db
def test_a_failing_schedule_degrades_until_its_next_success() -> None:
    pulse = schedules.find_by_task("operations.pulse")
    assert pulse is not None
    heartbeats.record_success("schedule:pulse", NOW)
    heartbeats.record_failure("schedule:pulse", NOW, "ValueError: no")
    assert check_schedule(pulse, NOW).status is Status.DEGRADED
    heartbeats.record_success("schedule:pulse", NOW)
    assert check_schedule(pulse, NOW).status is Status.READY


def test_a_check_that_breaks_is_a_component_in_error() -> None:
    def broken(_now: datetime) -> Component:
        raise RuntimeError("postgresql://user:hunter2@db/x is away")

    component = readiness.ask(broken, NOW)
    assert component.status is Status.ERROR
    assert component.last_error == "RuntimeError: postgresql://… is away"


@pytest.mark.django_db
def test_one_broken_check_does_not_break_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_now: datetime) -> Component:
        heartbeats.Heartbeat.objects.raw("SELECT nonsense")[0]
        raise AssertionError

    monkeypatch.setitem(readiness._checks, "a-broken-one", readiness.Check(function=broken))
    answers = dict(ask_database_checks(NOW))
    assert answers["a-broken-one"].status is Status.ERROR
    assert answers["schedule:pulse"].status is not Status.ERROR


@pytest.mark.django_db(transaction=True)
def test_a_hanging_check_is_reported_when_the_time_is_up(monkeypatch: pytest.MonkeyPatch, fresh_probe: Probe) -> None:
    released = threading.Event()

    def hang(_now: datetime) -> Component:
        released.wait()
        return Component(status=Status.READY)

    monkeypatch.setattr(probe, "DEADLINE_SECONDS", 0.2)
    monkeypatch.setitem(readiness._checks, "hanging", readiness.Check(function=hang, uses_database=False))
    component = fresh_probe.report().components["hanging"]
    released.set()
    assert (component.status, component.detail) == (Status.DEGRADED, "No answer within 0.2 seconds.")


@pytest.mark.django_db(transaction=True)
def test_polling_costs_one_round_a_second(monkeypatch: pytest.MonkeyPatch, fresh_probe: Probe) -> None:
    asked: list[datetime] = []

    def count(now: datetime) -> Component:
        asked.append(now)
        return Component(status=Status.READY)

    monkeypatch.setattr(probe, "CACHE_SECONDS", 60)
    monkeypatch.setitem(readiness._checks, "counted", readiness.Check(function=count))
    for _ in range(20):
        fresh_probe.report()
    assert len(asked) == 1


@pytest.mark.django_db(transaction=True)
def test_the_last_success_is_remembered_while_a_part_is_down(
    monkeypatch: pytest.MonkeyPatch, fresh_probe: Probe
) -> None:
    monkeypatch.setattr(probe, "CACHE_SECONDS", 0)
    up = fresh_probe.report().components["redis"]
    down = readiness.Check(function=lambda _now: Component(status=Status.ERROR), uses_database=False)
    monkeypatch.setitem(readiness._checks, "redis", down)
    component = fresh_probe.report().components["redis"]
    assert (component.status, component.last_success_at) == (Status.ERROR, up.last_success_at)


def strict() -> tuple[int, dict[str, Any]]:
    answer = Client().get("/api/v1/readyz?strict=1")
    return answer.status_code, answer.json()["components"]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_answers_is_ready_whatever_else_is_late(
    monkeypatch: pytest.MonkeyPatch, fresh_probe: Probe
) -> None:
    released = threading.Event()

    def hang(_now: datetime) -> Component:
        released.wait()
        return Component(status=Status.READY)

    monkeypatch.setitem(readiness._checks, "hanging", readiness.Check(function=hang))
    status, answers = strict()
    released.set()
    assert (status, answers["hanging"]["status"]) == (200, "degraded")
    assert (answers["database"]["status"], answers["migrations"]["status"]) == ("ready", "ready")


@pytest.fixture
def _busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process gets no answer of its own, as when its connections are all in use; a newcomer tries meanwhile."""
    has_tried, come = threading.Event(), probe.lets_newcomer_in

    def try_it() -> bool:
        try:
            return come()
        finally:
            has_tried.set()

    def wait_in_vain(_now: datetime) -> Component:
        has_tried.wait()
        raise OperationalError("no connection came free")

    monkeypatch.setattr(probe, "DEADLINE_SECONDS", 60)
    monkeypatch.setattr(probe, "lets_newcomer_in", try_it)
    monkeypatch.setitem(readiness._checks, "database", readiness.Check(function=wait_in_vain))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_busy")
def test_a_database_that_is_only_slow_takes_no_node_out(fresh_probe: Probe) -> None:
    status, answers = strict()
    assert (status, answers["database"]["status"]) == (200, "degraded")
    assert answers["database"]["detail"].startswith("Slow")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_busy")
def test_a_database_that_lets_nobody_in_takes_the_node_out(fresh_probe: Probe, settings: Any) -> None:
    settings.DATABASE_URL = "postgresql://127.0.0.1:1/nowhere"
    status, answers = strict()
    assert (status, answers["database"]["status"]) == (503, "error")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("seen_before", "status"), [(True, (200, "degraded")), (False, (503, "error"))])
def test_migrations_that_were_seen_well_do_not_vanish_because_an_answer_is_slow(
    monkeypatch: pytest.MonkeyPatch, fresh_probe: Probe, seen_before: bool, status: tuple[int, str]
) -> None:
    def take_long(_now: datetime) -> Component:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")
        return Component(status=Status.READY)

    monkeypatch.setattr(probe, "CACHE_SECONDS", 0)
    monkeypatch.setattr(probe, "DEADLINE_SECONDS", 60)
    if seen_before:
        strict()
    monkeypatch.setitem(readiness._checks, "migrations", readiness.Check(function=take_long))
    code, answers = strict()
    assert (code, answers["migrations"]["status"]) == status
