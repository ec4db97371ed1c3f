"""Providers in the console."""

import pytest
from django.test import Client

from guardrails.models import Provider
from smplat import clock
from smplat.operations.models import Hold

LIST = "/admin/guardrails/provider/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def provider():
    return Provider.objects.create(id="prov-9", name="Acme SMM", created_at=clock.now())


def client_of(person, role):
    client = Client()
    client.force_login(person(role, role))
    return client


def test_an_operator_pauses_with_a_reason_that_stands_in_the_hold_and_the_history(person, provider):
    client = client_of(person, "operator")
    client.post(f"{LIST}prov-9/pause/", {"_form_submitted": "on", "reason": "late deliveries"})
    assert Hold.objects.get().reason == "late deliveries"
    assert "late deliveries" in client.get(LIST).content.decode()
    assert "late deliveries" in client.get(f"{LIST}prov-9/history/").content.decode()


def test_a_pause_without_a_reason_changes_nothing(person, provider):
    client_of(person, "operator").post(f"{LIST}prov-9/pause/", {"_form_submitted": "on", "reason": ""})
    assert not Provider.objects.get().is_paused


@pytest.mark.parametrize("role", ["viewer", "merchandiser", "analyst"])
def test_others_may_not_pause(role, person, provider):
    answer = client_of(person, role).post(f"{LIST}prov-9/pause/", {"_form_submitted": "on", "reason": "x"})
    assert answer.status_code == 403
    assert not Provider.objects.get().is_paused


def test_a_merchandiser_adds_and_renames_but_an_id_once_given_stays(person):
    client = client_of(person, "merchandiser")
    client.post(f"{LIST}add/", {"id": "prov-1", "name": "First"})
    client.post(f"{LIST}prov-1/change/", {"id": "prov-2", "name": "Second"})
    assert list(Provider.objects.values_list("id", "name")) == [("prov-1", "Second")]
