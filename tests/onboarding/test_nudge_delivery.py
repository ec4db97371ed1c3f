"""A nudge really arrives: by SMTP at a mail server, by HTTP at Slack."""

import json
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client as Browser

from onboarding.actions.send_manual_nudge import send_manual_nudge
from onboarding.contacts import shown_metadata
from onboarding.models import Interaction, Journey, Task
from onboarding.sweep import run_sweep
from smplat import clock
from smplat.outbox.choices import Category
from smplat.outbox.relay import relay_channel
from smplat.outbox.unsubscribe import read_token
from tests.smplat.outbox.mail_server import running_mail_server
from tests.smplat.outbox.web_receiver import running_receiver

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DAY = 24 * HOUR


@pytest.fixture
def mailbox(settings):
    with running_mail_server() as (mailbox, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", port, False
        settings.DEFAULT_FROM_EMAIL, settings.API_BASE_URL = "Shop <hello@shop.example>", "https://api.shop.example"
        yield mailbox


@pytest.fixture
def slack(settings):
    with running_receiver() as receiver:
        place = {"webhook_url": f"http://127.0.0.1:{receiver.port}/services/T/B/x", "channel": ""}
        settings.SLACK_BOT_TOKEN, settings.SLACK_DESTINATIONS = "", {"operations": place, "acme": place}
        settings.SLACK_CLIENT_DESTINATIONS = {"acme": place}
        yield receiver


def delivery_status():
    rows = list(Interaction.objects.all())
    return {metadata["nudge"]["delivery_status"] for metadata in shown_metadata(rows).values()}


def test_a_digest_arrives_by_mail_and_its_link_opens_the_checklist(begin, mailbox, monkeypatch, now):
    journey = begin()
    run_sweep(clock=lambda: now + DAY, until=now + 2 * DAY)
    relay_channel("email", clock=lambda: now + DAY, until=now + 2 * DAY)
    (mail,) = mailbox.mails
    text, html = (part.get_content().replace("\r\n", "\n") for part in mail.iter_parts())
    assert (mail["To"], mail["Subject"]) == ("ada@example.test", "3 steps wait for you")
    for title in journey.tasks.values_list("title", flat=True):
        assert title in text
        assert title in html
    (address,) = [word for word in text.split() if "/c/" in word]
    monkeypatch.setattr(clock, "now", lambda: now + 2 * DAY)
    page = Browser().get(urlsplit(address).path)
    assert "Hand in your files and access" in page.content.decode()
    unsubscribe = mail["List-Unsubscribe"].strip("<>").rpartition("/")[2]
    assert read_token(unsubscribe).category == Category.ONBOARDING
    assert delivery_status() == {"sent"}


def test_what_a_person_wrote_arrives_as_they_wrote_it_and_cannot_speak_html(begin, mailbox, now):
    journey = begin()
    send_manual_nudge(
        journey_id=journey.pk,
        task_id=None,
        channel="email",
        subject="Files & <b>logos</b>",
        message="One line.\nThe next <i>line</i>.\n\nA paragraph.",
        triggered_by="bob",
        now=now,
    )
    relay_channel("email", clock=lambda: now, until=now + HOUR)
    (mail,) = mailbox.mails
    text, html = (part.get_content().replace("\r\n", "\n") for part in mail.iter_parts())
    assert mail["Subject"] == "Files & <b>logos</b>"
    assert "One line.\nThe next <i>line</i>." in text
    assert "One line.<br>The next &lt;i&gt;line&lt;/i&gt;." in html


def test_a_nudge_arrives_in_the_clients_slack_and_cannot_mention_anybody(begin, slack, now):
    begin(context={"support": {"channel": "acme"}})
    Task.objects.update(preferred_channel="slack", title="Say <!channel> hello")
    Task.objects.exclude(slug="intake").update(status="blocked")
    run_sweep(clock=lambda: now + DAY, until=now + 2 * DAY)
    relay_channel("slack", clock=lambda: now + DAY, until=now + 2 * DAY)
    ((_, _, body),) = slack.requests
    text = json.loads(body)["text"]
    assert text.startswith("*Your next step: Say &lt;!channel&gt; hello*\n")
    assert text.endswith("|Open your checklist>")
    assert delivery_status() == {"sent"}


def test_a_nudge_for_a_client_without_slack_asks_our_people_to_pass_it_on(begin, slack, now):
    journey = begin()
    Task.objects.update(preferred_channel="slack")
    run_sweep(clock=lambda: now + DAY, until=now + 2 * DAY)
    relay_channel("slack", clock=lambda: now + DAY, until=now + 2 * DAY)
    ((_, _, body),) = slack.requests
    number = Journey.objects.select_related("order").get(pk=journey.pk).order.order_number
    assert json.loads(body)["text"].startswith(
        f"For Ada, order {number}: no Slack channel of their own, please pass it on.\n*3 steps"
    )
