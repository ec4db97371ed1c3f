"""A reminder by hand: who reads it is shown first, a preview sends nothing, sending sends once."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from onboarding.models import Interaction
from smplat import clock
from smplat.outbox.actions.change_preferences import change_preferences
from smplat.outbox.choices import Category, ChangeSource
from smplat.outbox.models import Message

pytestmark = pytest.mark.django_db
WORDS = {"channel": "email", "subject": "Your files", "message": "Please send us your files.\n\nThank you."}


@pytest.fixture
def journey(begin):
    return begin(at=clock.now())


@pytest.fixture
def page(journey):
    return reverse("admin:onboarding_remind", args=[journey.pk])


def nudges():
    return Message.objects.filter(topic="onboarding.nudge")


def test_the_composer_starts_from_a_text_about_the_next_task(page, signed_in):
    form = signed_in("operator").get(page).context["form"]
    assert form.initial["subject"] == "Your next step: Tell us about your campaign"


def test_another_text_and_task_can_be_chosen(page, journey, signed_in):
    task = journey.tasks.get(slug="assets")
    form = signed_in("operator").get(page, {"starter": "help", "task": str(task.pk)}).context["form"]
    assert form.initial["subject"] == "Can we help with “Hand in your files and access”?"


def test_a_preview_sends_nothing(page, signed_in):
    answer = signed_in("operator").post(page, {**WORDS, "preview": "1"})
    body = answer.content.decode()
    assert "As the client reads it, by Email" in body
    assert "<p>Hello Ada,</p>" in body
    assert (nudges().count(), Interaction.objects.count()) == (0, 0)


def test_sending_writes_one_message_and_one_line_of_the_log(page, journey, signed_in):
    answer = signed_in("operator").post(page, WORDS, follow=True)
    assert nudges().get().recipient == "ada@example.test"
    line = Interaction.objects.get()
    assert (line.actor_type, line.metadata["nudge"]["triggered_by"]) == ("operator", "operator")
    assert "queued" in answer.content.decode()


def test_a_short_message_is_refused_and_nothing_is_sent(page, signed_in):
    signed_in("operator").post(page, {**WORDS, "message": "Hi"})
    assert nudges().count() == 0


def test_the_composer_warns_after_a_recent_message(page, signed_in):
    client = signed_in("operator")
    assert "may annoy" not in client.get(page).content.decode()
    client.post(page, WORDS)
    assert "may annoy" in client.get(page).content.decode()


def test_the_composer_says_that_a_client_wants_no_reminders(page, journey, signed_in):
    change_preferences(
        recipient_id=journey.order.customer_id,
        wants={Category.ONBOARDING: False},
        source=ChangeSource.LINK,
        now=clock.now(),
    )
    assert "This client wants no reminders." in signed_in("operator").get(page).content.decode()


def test_the_composer_says_that_a_client_has_no_address(begin, place, signed_in):
    nameless = begin(place(customer=None), at=clock.now())
    page = reverse("admin:onboarding_remind", args=[nameless.pk])
    client = signed_in("operator")
    assert "This client has no address." in client.get(page).content.decode()
    assert "nothing was sent" in client.post(page, WORDS, follow=True).content.decode()
    assert nudges().count() == 0


def test_the_clients_own_time_and_quiet_hours_are_shown(page, signed_in, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 6, 1, 22, 30, tzinfo=UTC))
    body = signed_in("operator").get(page).content.decode()
    assert "23:30, Monday in Europe/London" in body
    assert "A message by hand leaves at once." in body


def test_who_only_looks_cannot_remind(page, signed_in):
    assert signed_in("viewer").post(page, WORDS).status_code == 403
    assert nudges().count() == 0
