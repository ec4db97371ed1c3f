"""The simulator: believable, bounded, patient with a platform that restarts."""

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Event

import pytest
from django.core.management import CommandError, call_command

from analytics.storefront.client import Answer, StorefrontClient, Unreachable
from analytics.storefront.simulator import KEPT_REQUESTS, KeyRefused, Simulator
from analytics.storefront.traffic import Traffic
from analytics.storefront.wire import BATCH_PATH

EVENING = datetime(2026, 5, 20, 20, tzinfo=UTC)
NIGHT = datetime(2026, 5, 20, 3, tzinfo=UTC)


def requests_of(start, *, minutes, rate=3.0, seed=1):
    traffic = Traffic(chance=Random(seed), rate=rate, now=start)
    return [request for tick in range(minutes * 60) for request in traffic.advance(start + timedelta(seconds=tick))]


class Platform:
    """Answers in turn: a status, or None when it is away."""

    def __init__(self, *script):
        self.script, self.bodies = list(script), []

    def send(self, *, method, path, headers, body):
        status = self.script.pop(0) if self.script else 202
        if status is None:
            raise Unreachable("away")
        self.bodies.append(body)
        return Answer(status, b'{"status": "accepted"}', 0.001, 1)


class Ticks:
    """Lets a simulator run for so many ticks."""

    def __init__(self, count):
        self.left, self.pauses = count, []

    def wait(self, seconds):
        self.pauses.append(seconds)
        self.left -= 1
        return self.left < 0

    def is_set(self):
        return False


def simulate(platform, *, ticks, start=EVENING):
    moments = (start + timedelta(seconds=n) for n in range(10_000))
    notices = []
    simulator = Simulator(
        traffic=Traffic(chance=Random(1), rate=20.0, now=start),
        client=platform,
        stopped=Ticks(ticks),
        read_clock=lambda: next(moments),
        notice=notices.append,
    )
    return simulator, notices


def test_the_rate_is_kept_on_average_and_rises_in_the_evening():
    evening, night = (sum(request.events for request in requests_of(start, minutes=60)) for start in (EVENING, NIGHT))
    assert 3600 * 3 * 1.2 < evening < 3600 * 3 * 2.4
    assert 3600 * 3 * 0.25 < night < 3600 * 3 * 0.6


def test_browsers_send_single_events_and_batches():
    assert {request.path == BATCH_PATH for request in requests_of(EVENING, minutes=5)} == {True, False}


def test_event_ids_differ_unless_a_request_is_repeated_whole():
    bodies = {request.body for request in requests_of(EVENING, minutes=30)}
    ids = [json.loads(line)["event_id"] for body in bodies for line in body.split(b"\n") if line.endswith(b"}")]
    assert len(ids) == len(set(ids))


def test_after_a_long_pause_traffic_goes_on_from_now():
    traffic = Traffic(chance=Random(1), rate=3.0, now=NIGHT)
    traffic.advance(NIGHT)
    shoppers = traffic.shoppers
    traffic.advance(NIGHT + timedelta(hours=5))
    assert traffic.shoppers - shoppers <= 3


def test_a_platform_that_was_away_gets_what_it_missed():
    platform = Platform(202, None, None)
    simulator, notices = simulate(platform, ticks=8)
    tally = simulator.run()
    assert tally.counts["unsent"] == 0
    assert tally.counts["sent"] > 50
    assert ["away" in notice for notice in notices] == [True, False]


def test_pauses_grow_while_the_platform_is_away():
    simulator, _ = simulate(Platform(*[None] * 50), ticks=8)
    simulator.run()
    assert simulator.stopped.pauses[-1] > 10 * simulator.stopped.pauses[0]


def test_what_waits_for_a_platform_is_bounded():
    simulator, _ = simulate(Platform(*[None] * 5000), ticks=600)
    simulator.run()
    assert len(simulator._waiting) <= KEPT_REQUESTS


def test_a_refused_key_ends_the_run():
    simulator, _ = simulate(Platform(401), ticks=5)
    with pytest.raises(KeyRefused):
        simulator.run()


def test_a_rate_that_would_be_a_load_test_is_refused():
    with pytest.raises(CommandError):
        call_command("simulate_storefront", base_url="http://127.0.0.1:1", key="k", rate=1000.0)


def test_sigterm_ends_it_with_a_summary(server):
    command = [
        sys.executable,
        "manage.py",
        "simulate_storefront",
        "--base-url",
        server.url,
        "--key",
        "k",
        "--rate",
        "50",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert server.first_request.wait(30)
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert out.splitlines()[-1].startswith("sent=")


def test_a_client_opens_a_new_connection_after_the_old_one_was_cut(server):
    with StorefrontClient(base_url=server.url, key="k", pause=lambda seconds: Event().wait(0)) as client:
        sent = {"method": "POST", "path": "/x", "headers": (), "body": b'{"event_id": "1"}'}
        client.send(**sent)
        client._connection.sock.shutdown(2)
        assert client.send(**sent).attempts == 2
