"""An operator's tool reminds a client over HTTP."""

from uuid import uuid4

import pytest

from onboarding.models import Interaction
from smplat.outbox.models import Message


@pytest.fixture
def nudge(send):
    def nudge(journey, headers=(), **more):
        sent = {
            "channel": "email",
            "subject": "Your brief",
            "message": "We still need your brief.",
            "triggeredBy": "ops@example.test",
            **more,
        }
        path = f"/api/v1/operators/onboarding/journeys/{getattr(journey, 'pk', journey)}/nudges/manual"
        return send("POST", path, sent, **dict(headers))

    return nudge


def test_an_email_that_can_leave_is_sent(nudge, send, begin, settings):
    settings.EMAIL_HOST, settings.DEFAULT_FROM_EMAIL = "127.0.0.1", "Shop <hello@shop.example>"
    journey = begin()
    task = journey.tasks.get(slug="intake")
    assert nudge(journey, taskId=str(task.pk)) == (202, {"status": "sent"})
    message = Message.objects.get(topic="onboarding.nudge")
    assert (message.recipient, message.payload["subject"]) == ("ada@example.test", "Your brief")
    shown = send("GET", f"/api/v1/operators/onboarding/journeys/{journey.pk}")[1]["interactions"][0]
    assert (shown["actor"], shown["channel"]) == ("operator", "email")
    # D-09: the key is stored. D-36: what is told is what became of the message, not what was hoped.
    assert shown["metadata"]["nudge"]["key"] == f"{task.pk}:manual:email"
    assert shown["metadata"]["nudge"]["delivery_status"] == "queued"


def test_slack_is_queued(nudge, begin):
    assert nudge(begin(), channel="slack") == (202, {"status": "queued"})


@pytest.mark.parametrize("channel", ["dashboard", "other"])
def test_other_channels_are_not_supported(nudge, begin, channel):
    status, body = nudge(begin(), channel=channel)
    assert (status, body["detail"]) == (400, "Unsupported channel")
    assert not Interaction.objects.exists()


def test_what_is_not_there_is_404(nudge, begin):
    journey = begin()
    status, body = nudge(journey, taskId=str(uuid4()))
    assert (status, body["detail"]) == (404, "Task not found")
    status, body = nudge(uuid4())
    assert (status, body["detail"]) == (404, "Journey not found")
    assert not Interaction.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"channel": "pigeon"},
        {"subject": "Hi"},
        {"subject": "x" * 121},
        {"message": "too short"},
        {"triggeredBy": "o"},
        {"triggeredBy": "o" * 121},
        {"taskId": "x"},
    ],
)
def test_bounds_are_held(nudge, begin, wrong):
    assert nudge(begin(), **wrong)[0] == 422
    assert not Interaction.objects.exists()


def test_the_same_idempotency_key_writes_once(nudge, begin):
    journey = begin()
    for _ in range(2):
        assert nudge(journey, headers={"Idempotency-Key": "once"})[0] == 202
    assert Interaction.objects.count() == 1
