"""A client is exported whole and erased whole; what stays names nobody."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from onboarding.actions.receive_artifact import receive_artifact
from onboarding.actions.skip_task import skip_task
from onboarding.models import Interaction
from onboarding.queries.records import compare_journeys
from onboarding.states import ActorType

ACCOUNT = {"platform_contexts": [{"id": "instagram::@ada_l", "label": "Ada"}]}
LINK = "https://files.example.test/ada-lovelace.zip"


@pytest.fixture
def journey(begin, now):
    journey = begin(context=ACCOUNT, referral_code="SMPLAT-1")
    artifact = journey.artifacts.get()
    receive_artifact(journey_id=journey.pk, artifact_id=artifact.pk, url=LINK, actor=ActorType.CLIENT, now=now)
    task = journey.tasks.get(slug="intake")
    skip_task(journey_id=journey.pk, task_id=task.pk, reason="told us on the phone", by="alice", now=now)
    return journey


def erase():
    out = StringIO()
    call_command("erase_person", email="ada@example.test", stdout=out)
    return out.getvalue()


def test_what_a_client_said_and_handed_in_is_forgotten(journey):
    said = erase()
    journey.refresh_from_db()
    artifact = journey.artifacts.get()
    assert (journey.context, journey.referral_code) == ({}, "SMPLAT-1")
    assert (artifact.url, artifact.received_at is not None) == ("https://erased.invalid/", True)
    assert set(Interaction.objects.values_list("details", flat=True)) == {""}
    assert "journeys=1" in said
    assert "interactions=1" in said
    assert "artifacts=1" in said


def test_the_log_names_nobody_and_still_rebuilds_the_journey(journey):
    erase()
    told = json.dumps(list(journey.events.values_list("metadata", flat=True)))
    assert "ada" not in told.lower()
    assert [one.differences for one in compare_journeys([journey.pk])] == [()]


def test_everything_is_exported(journey, tmp_path):
    path = tmp_path / "ada.json"
    call_command("export_person", email="ada@example.test", output=path, stdout=StringIO())
    text = path.read_text()
    assert "instagram::@ada_l" in text
    assert LINK in text
    assert "told us on the phone" in text
