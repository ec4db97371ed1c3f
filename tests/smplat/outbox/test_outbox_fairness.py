"""One that is slow holds up nobody else: neither other endpoints nor other channels nor other tasks."""

from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

import pytest
from celery.signals import before_task_publish
from django.core.management import call_command
from django.db import connection

from smplat import clock
from smplat.outbox import nudge, tasks
from smplat.outbox.actions.rotate_webhook_secret import rotate_webhook_secret
from smplat.outbox.channels.event import EventCarrier
from smplat.outbox.choices import State
from smplat.outbox.models import Message, WebhookEndpoint
from smplat.outbox.relay import SLICE, relay_channel
from tests.faults.processes import eventually
from tests.smplat.outbox.mail_server import running_mail_server
from tests.smplat.outbox.test_outbox_email import configure
from tests.smplat.outbox.web_receiver import running_receiver

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receiver(settings):
    settings.OUTBOX_WEBHOOK_ALLOW_PRIVATE = True
    with running_receiver() as receiver:
        yield receiver


@pytest.fixture
def hook(write, receiver, hand_clock):
    """Write a webhook to an endpoint of that name, which is made when it is new."""

    def _hook(name):
        url = f"http://127.0.0.1:{receiver.port}/{name}"
        endpoint, is_new = WebhookEndpoint.objects.get_or_create(name=name, defaults={"url": url, "topics": []})
        if is_new:
            rotate_webhook_secret(endpoint_id=endpoint.pk, now=hand_clock())
        return write("test.kept", channel="webhook", recipient=str(endpoint.pk))

    return _hook


@contextmanager
def in_background(call, *, release: Event):
    """Run `call` in a thread; when the block ends, what it waits for is released."""

    def run() -> None:
        try:
            call()
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        release.set()
        thread.join()


def are_delivered(messages):
    left = Message.objects.filter(pk__in=[message.pk for message in messages]).exclude(state=State.DELIVERED)
    return lambda: not left.exists()


def test_an_endpoint_that_does_not_answer_holds_up_no_other(hook, receiver, hand_clock):
    slow = [hook("slow") for _ in range(30)]
    others = [hook(name) for name in ("a", "b") for _ in range(30)]
    receiver.held["/slow"] = Event()
    relay = lambda: relay_channel("webhook", clock=hand_clock, until=hand_clock.later)  # noqa: E731
    with in_background(relay, release=receiver.held["/slow"]):
        assert eventually(are_delivered(others))
        assert Message.objects.filter(state=State.DELIVERED).count() == len(others)
    assert are_delivered(slow)()


def test_a_webhook_that_does_not_answer_holds_up_no_other_channel(hook, write, receiver, settings):
    held = hook("slow")
    receiver.held["/slow"] = Event()
    with running_mail_server() as (_, port):
        configure(settings, port)
        others = [write("outbox.test", channel="email", recipient="ana@example.com"), write("test.kept")]
        with in_background(lambda: call_command("relay_outbox", once=True), release=receiver.held["/slow"]):
            assert eventually(are_delivered(others))
            assert eventually(lambda: bool(receiver.requests))
            held.refresh_from_db()
            assert held.state == State.LEASED
    assert are_delivered([held])()


def test_messages_of_one_endpoint_go_one_after_the_other(hook, receiver, hand_clock):
    sent = [hook(name) for _ in range(5) for name in ("a", "b")]
    relay_channel("webhook", clock=hand_clock, until=hand_clock.later)
    by_path = {path: [] for path, _, _ in receiver.requests}
    for path, headers, _ in receiver.requests:
        by_path[path].append(headers["webhook-id"])
    ids = [str(message.pk) for message in sent]
    assert by_path == {"/a": ids[0::2], "/b": ids[1::2]}


def test_a_worker_gives_one_channel_a_slice_of_its_time(write, monkeypatch):
    """Others of its tasks have their turn while thousands of messages are due."""
    for _ in range(3):
        write("test.kept")
    started_at = clock.now()
    moments = iter([started_at, started_at, started_at, started_at + SLICE])
    monkeypatch.setattr(clock, "now", lambda: next(moments, started_at + SLICE + timedelta(seconds=1)))
    delivered = []
    monkeypatch.setattr(EventCarrier, "deliver", lambda _carrier, parcel, **_: delivered.append(parcel))
    tasks.relay("event")
    assert Message.objects.filter(state=State.PENDING).exists()
    assert len(delivered) < 3


def test_a_nudge_that_waited_too_long_is_dropped():
    """The sweep nudges again, so that the nudges of a busy hour do not pile up before other tasks."""
    expiries = []

    def keep(headers, **_):
        expiries.append(headers["expires"])

    before_task_publish.connect(keep)
    try:
        nudge.nudge("email")
    finally:
        before_task_publish.disconnect(keep)
    assert None not in expiries
    assert len(expiries) == 1
