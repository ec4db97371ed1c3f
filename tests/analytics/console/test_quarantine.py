"""The quarantine in the console: seen safely, corrected with a preview, discarded with a reason."""

import json
from uuid import uuid4

import pytest
from django.test import Client

from analytics.models import OfferEvent, QuarantinedEvent
from smplat import clock
from smplat.console.models import User
from smplat.ids import new_id

LIST = "/admin/analytics/quarantinedevent/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def root(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


def quarantined(original=b'{"offer_slug": ""}', **facts):
    given = {"created_at": clock.now(), "receipt_id": new_id(), "index": 0, "code": "string_too_short"}
    return QuarantinedEvent.objects.create(**given | {"message": "too short", "original": original} | facts)


def correct(client, event, act, **changes):
    text = json.dumps({"offer_slug": "summer", "event_type": "impression"} | changes)
    return client.post(f"/admin/analytics/quarantine/{event.pk}/replay/", {"text": text, act: "1"})


def test_a_preview_names_the_event_it_would_repeat(root: Client):
    identity = str(uuid4())
    correct(root, quarantined(), "replay", event_id=identity)
    page = correct(root, quarantined(), "preview", event_id=identity).content.decode()
    assert "nothing would be added" in page
    assert str(OfferEvent.objects.get().pk) in page


def test_a_preview_writes_moments_as_the_rest_of_the_console_does(root: Client):
    page = correct(root, quarantined(), "preview", occurred_at=f"{clock.now():%Y-%m-%d}T00:00:00Z")
    assert f"{clock.now():%Y-%m-%d} 00:00:00 UTC" in page.content.decode()


def test_what_is_decided_says_by_whom_why_and_what_it_became(root: Client):
    event = quarantined()
    correct(root, event, "replay", offer_slug="winter")
    page = root.get(f"/admin/analytics/quarantine/{event.pk}/replay/").content.decode()
    assert "Already replayed" in page
    assert f"/admin/analytics/offerevent/{OfferEvent.objects.get().pk}/change/" in page


def test_discarding_many_takes_those_with_the_finding_that_were_there(root: Client):
    page = root.get("/admin/analytics/quarantine/discard/")
    until = page.context["form"].initial["received_until"]
    for _ in range(2):
        quarantined(created_at=until)
    quarantined(created_at=until, code="missing")
    quarantined()
    sent = {"code": "string_too_short", "received_until": until, "reason": "spam", "confirmed": "on"}
    assert root.post("/admin/analytics/quarantine/discard/", sent).status_code == 302
    assert QuarantinedEvent.objects.filter(state="discarded", reason="spam").count() == 2
    assert QuarantinedEvent.objects.filter(state="pending").count() == 2


def test_discarding_many_without_confirmation_changes_nothing(root: Client):
    quarantined()
    sent = {"code": "string_too_short", "received_until": clock.now().isoformat(), "reason": "spam"}
    assert root.post("/admin/analytics/quarantine/discard/", sent).status_code == 200
    assert QuarantinedEvent.objects.get().state == "pending"
