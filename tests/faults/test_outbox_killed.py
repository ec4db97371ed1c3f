"""kill -9 between every two steps of a delivery: nothing is lost, and at most the one message in flight comes twice."""

import os
import subprocess
import sys
from collections import Counter

import pytest
from django.conf import settings as live_settings

from smplat.outbox.actions.rotate_webhook_secret import rotate_webhook_secret
from smplat.outbox.choices import State
from smplat.outbox.models import Message, WebhookEndpoint
from smplat.outbox.relay import relay_channel
from tests.faults.processes import database_url
from tests.smplat.outbox.conftest import ANA, HERE
from tests.smplat.outbox.conftest import _page_of_topics as _page_of_topics
from tests.smplat.outbox.conftest import hand_clock as hand_clock
from tests.smplat.outbox.conftest import write as write
from tests.smplat.outbox.mail_server import running_mail_server
from tests.smplat.outbox.received import names
from tests.smplat.outbox.web_receiver import running_receiver

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]

# The delivery that had reached the other side without a record of it is the one that comes again.
REPEATS = {
    "claimed": 0,
    "begun": 0,
    "delivered": 1,
    "turn-written": 1,
    "turn-committed": 0,
    "last-delivered": 1,
    "recorded": 0,
}
# The steps are the relay's own, so those that repeat something or nearly do stand for the others on the next channels.
TELLING_STEPS = ["begun", "delivered", "turn-committed"]


def die_at(channel: str, step: str, **environment: str) -> None:
    """Run a relay of its own that is killed at that step."""
    command = [sys.executable, "-m", "tests.faults.dying_relay", channel, step]
    variables = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "smplat.settings",
        "DATABASE_URL": database_url(),
        **environment,
    }
    ended = subprocess.run(
        command, cwd=live_settings.BASE_DIR, env=variables, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == -9, ended.stderr[-2000:]


def finish(channel: str, hand_clock) -> None:
    """What the next worker does, once the lease of the dead one ran out."""
    for _ in range(4):
        hand_clock.forward(minutes=10)
        relay_channel(channel, clock=hand_clock, until=hand_clock.later)
    assert set(Message.objects.values_list("state", flat=True)) == {State.DELIVERED}


@pytest.mark.parametrize("step", REPEATS)
def test_a_killed_mailer_loses_nothing_and_repeats_at_most_one_email(step, write, hand_clock, settings):
    sent = [write("test.mail", channel="email", recipient="ana@example.com", recipient_id=ANA) for _ in range(3)]
    with running_mail_server() as (mailbox, port):
        settings.EMAIL_BACKEND = "smplat.outbox.channels.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", port, False
        settings.DEFAULT_FROM_EMAIL = "hello@shop.example"
        smtp = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "SMTP_USE_TLS": "false"}
        die_at("email", step, **smtp, SMTP_SENDER_EMAIL="hello@shop.example")
        finish("email", hand_clock)
    counts = Counter(mail["Message-ID"] for mail in mailbox.mails)
    assert set(counts) == {f"<{message.pk}@shop.example>" for message in sent}
    assert counts.total() == len(sent) + REPEATS[step]


@pytest.mark.parametrize("step", TELLING_STEPS)
def test_a_killed_webhook_relay_loses_nothing_and_repeats_at_most_one_webhook(step, write, hand_clock, settings):
    settings.OUTBOX_WEBHOOK_ALLOW_PRIVATE = True
    with running_receiver() as receiver:
        url = f"http://127.0.0.1:{receiver.port}/"
        endpoint = WebhookEndpoint.objects.create(name="shop", url=url, topics=["test.kept"])
        rotate_webhook_secret(endpoint_id=endpoint.pk, now=hand_clock())
        sent = [write("test.kept", channel="webhook", recipient=str(endpoint.pk)) for _ in range(3)]
        die_at("webhook", step, WEBHOOK_ALLOW_PRIVATE_ADDRESSES="true")
        finish("webhook", hand_clock)
    counts = Counter(headers["webhook-id"] for _, headers, _ in receiver.requests)
    assert set(counts) == {str(message.pk) for message in sent}
    assert counts.total() == len(sent) + REPEATS[step]


@pytest.mark.parametrize("step", TELLING_STEPS)
def test_a_killed_relay_of_events_does_each_work_exactly_once(step, write, hand_clock):
    for name in ("a", "b", "c"):
        write("test.kept", payload={"name": name}, recipient=f"{HERE}.keep")
    die_at("event", step)
    # The handler writes a unique name: a second run of what was committed would fail and never be delivered.
    finish("event", hand_clock)
    assert names() == ["a", "b", "c"]
