"""A person reminds a client: what is written, and what stands against it."""

from datetime import timedelta
from uuid import UUID

import pytest

from checkout.links import Purpose, read_token
from checkout.models import Customer
from onboarding.actions.send_manual_nudge import send_manual_nudge
from onboarding.contacts import describe_contact, shown_metadata
from onboarding.errors import JourneyNotFound, TaskNotFound, UnsupportedChannel
from onboarding.models import Interaction, NudgeDecision
from smplat.outbox.actions.change_preferences import change_preferences
from smplat.outbox.choices import Category, ChangeSource
from smplat.outbox.models import Message
from smplat.outbox.relay import relay_channel

HOUR = timedelta(hours=1)


@pytest.fixture
def _mail_server(settings):
    settings.EMAIL_HOST, settings.DEFAULT_FROM_EMAIL = "127.0.0.1", "Shop <hello@shop.example>"


@pytest.fixture
def nudge(now):
    def nudge(journey, **more):
        values = {
            "task_id": None,
            "channel": "email",
            "subject": "Your files",
            "message": "Please send them.\n\nThank you.",
            "triggered_by": "bob",
            "now": now + HOUR,
        }
        return send_manual_nudge(journey_id=journey.pk, **{**values, **more})

    return nudge


@pytest.fixture
def refuse(now):
    def refuse(journey):
        customer = journey.order.customer
        wants = {Category.ONBOARDING: False}
        change_preferences(recipient_id=customer.pk, wants=wants, source=ChangeSource.LINK, now=now)

    return refuse


@pytest.mark.usefixtures("_mail_server")
def test_an_email_is_written_with_its_interaction_and_counts_as_a_touch(begin, nudge, now):
    journey = begin()
    sent = nudge(journey)
    message = Message.objects.get(topic="onboarding.nudge")
    assert (sent.status, message.channel, message.recipient) == ("sent", "email", "ada@example.test")
    assert (message.recipient_id, message.category) == (journey.order.customer_id, "onboarding")
    assert message.payload["paragraphs"] == ["Please send them.", "Thank you."]
    row = Interaction.objects.get()
    assert (row.actor_type, row.channel, row.message_id) == ("operator", "email", message.pk)
    assert row.details == "Your files\n\nPlease send them.\n\nThank you."
    key = f"{journey.pk}:manual:email"
    assert row.metadata == {
        "nudge": {"key": key, "triggered_by": "bob", "channel": "email", "manual": True, "tasks": []}
    }
    journey.refresh_from_db()
    assert (journey.last_touch_at, journey.nudge_due_at) == (now + HOUR, now + 25 * HOUR)


def test_the_link_opens_the_checklist_for_thirty_days(begin, nudge, now):
    journey = begin()
    nudge(journey)
    (link,) = Message.objects.get(topic="onboarding.nudge").payload["links"]
    token = link["url"].rpartition("/c/")[2]
    last_day = now + timedelta(days=30)
    assert read_token(token, purpose=Purpose.CHECKLIST, now=last_day) == journey.order_id


def test_the_key_names_the_task(begin, nudge):
    journey = begin()
    task = journey.tasks.get(slug="assets")
    nudge(journey, task_id=task.pk)
    row = Interaction.objects.get()
    assert (row.task_id, row.metadata["nudge"]["key"]) == (task.pk, f"{task.pk}:manual:email")


def test_without_a_mail_server_the_nudge_is_queued(begin, nudge, settings):
    settings.EMAIL_HOST = ""
    assert nudge(begin()).status == "queued"


@pytest.mark.usefixtures("_mail_server")
def test_who_opted_out_gets_nothing_and_the_log_says_so(begin, nudge, refuse, now):
    journey = begin()
    refuse(journey)
    sent = nudge(journey)
    assert (sent.status, sent.obstacle) == ("queued", "opted-out")
    relay_channel("email", clock=lambda: now + 2 * HOUR, until=now + 3 * HOUR)
    row = Interaction.objects.get()
    assert shown_metadata([row])[row.pk]["nudge"]["delivery_status"] == "suppressed:opted-out"
    assert NudgeDecision.objects.values_list("action", "reason").get() == ("suppress", "opted-out")


def test_a_client_without_an_address_is_not_written_to(begin, place, nudge):
    journey = begin(place(customer=None))
    sent = nudge(journey)
    assert (sent.status, sent.message_id, sent.obstacle) == ("queued", None, "no-address")
    row = Interaction.objects.get()
    assert shown_metadata([row])[row.pk]["nudge"]["delivery_status"] == "suppressed:no-address"
    assert not Message.objects.filter(topic="onboarding.nudge").exists()


@pytest.mark.usefixtures("_mail_server")
def test_two_nudges_within_an_hour_are_two(begin, nudge):
    journey = begin()
    nudge(journey)
    nudge(journey)
    assert Message.objects.filter(topic="onboarding.nudge").count() == 2
    assert NudgeDecision.objects.filter(action="nudge", reason="by-hand", sweep_id=None).count() == 2


@pytest.mark.parametrize(
    ("named", "recipient"), [("acme", "acme"), ("guardrails", "operations"), ("nowhere", "operations")]
)
def test_slack_goes_to_the_destination_the_storefront_named_or_to_our_people(named, recipient, begin, nudge, settings):
    settings.SLACK_CLIENT_DESTINATIONS = {"acme": {"webhook_url": "https://hooks.slack.test/acme", "channel": ""}}
    assert nudge(begin(context={"support": {"channel": named}}), channel="slack").status == "queued"
    message = Message.objects.get(topic="onboarding.nudge")
    assert (message.channel, message.recipient) == ("slack", recipient)
    assert message.payload["is_for_team"] == (recipient == "operations")


@pytest.mark.parametrize("channel", ["dashboard", "other", "fax"])
def test_other_channels_are_refused(channel, begin, nudge):
    with pytest.raises(UnsupportedChannel, match="Unsupported channel"):
        nudge(begin(), channel=channel)
    assert not Interaction.objects.exists()


def test_a_task_of_another_journey_is_not_found(begin, place, nudge):
    stranger = begin().tasks.first()
    with pytest.raises(TaskNotFound, match=r"^Task not found$"):
        nudge(begin(place()), task_id=stranger.pk)
    assert not Interaction.objects.exists()
    assert not Message.objects.filter(topic="onboarding.nudge").exists()


def test_a_journey_that_is_not_there_is_not_found(begin, nudge):
    journey = begin()
    journey.pk = UUID(int=9)
    with pytest.raises(JourneyNotFound):
        nudge(journey)


@pytest.mark.usefixtures("_mail_server")
def test_the_composer_is_warned_of_a_recent_message_and_knows_the_local_time(begin, nudge, now):
    journey = begin()
    assert describe_contact(journey_id=journey.pk, now=now).last_contact is None
    nudge(journey, now=now)
    Customer.objects.update(time_zone="Asia/Tokyo")
    contact = describe_contact(journey_id=journey.pk, now=now + HOUR)
    assert (contact.last_contact.topic, contact.last_contact.at, contact.is_recent) == ("onboarding.nudge", now, True)
    assert (contact.name, contact.has_address, contact.consents) == ("Ada", True, True)
    assert (contact.local_time, contact.quiet_until) == ("22:00, Monday", now.replace(hour=23))
    assert not describe_contact(journey_id=journey.pk, now=now + 20 * HOUR).is_recent


def test_a_time_zone_nobody_knows_is_read_as_utc(begin, now):
    journey = begin()
    Customer.objects.update(time_zone="Mars/Olympus")
    assert describe_contact(journey_id=journey.pk, now=now).time_zone == "UTC"
