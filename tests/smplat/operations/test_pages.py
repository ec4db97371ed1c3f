"""Operations in the console: what works, what is switched off, and runbooks with buttons."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from smplat.console.attention import AttentionContext
from smplat.operations import cards, heartbeats, runbooks, switches
from smplat.operations.actions.flip_switch import flip_switch
from smplat.operations.models import RunbookRun, SwitchState
from smplat.operations.pages import runbooks as runbook_pages
from smplat.operations.pages.readiness import title_of
from smplat.operations.runbook_documents import parse
from smplat.operations.runbooks import Step, StepContext, StepResult
from smplat.operations.switches import Switch

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
ENGINE = Switch(name="test.engine", title="Engine", stops="Nothing moves.", safe_value=False)
FLIP = "/admin/operations/switches/test.engine/flip/"
RUNBOOK = "/admin/operations/runbooks/engine/"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(switches._switches, ENGINE.name, ENGINE)
    document = parse("engine", "# Engine\n\n▶ run: `test.look`\n\n▶ run: `test.act`\n")
    monkeypatch.setattr(runbook_pages, "get_document", lambda _slug: document)
    for name, acts in (("test.look", False), ("test.act", True)):
        monkeypatch.setitem(runbooks._steps, name, Step(name=name, title=name, acts=acts, run=turn))


def turn(_context: StepContext) -> StepResult:
    return StepResult(ok=True, summary="It turns.", evidence={"turns": 7})


def signed_in(role: str) -> Client:
    user = get_user_model().objects.create_user("alice", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def test_the_readiness_page_says_what_to_do(fresh_probe) -> None:
    page = signed_in("viewer").get("/admin/operations/readiness/").content.decode()
    assert "None has been seen yet." in page
    assert "Restart a worker" in page


def test_a_switch_is_flipped_with_a_reason() -> None:
    client = signed_in("on-call")
    assert client.post(FLIP, {"on": "0", "reason": "smoke", "duration": "1h"}).status_code == 302
    row = SwitchState.objects.get()
    assert (row.is_on, row.reason, row.changed_by) == (False, "smoke", "user:alice")
    assert "smoke" in client.get("/admin/operations/switches/").content.decode()


def test_two_people_who_turn_it_off_do_not_turn_it_on_again() -> None:
    flip_switch(name="test.engine", on=False, by="user:bob", reason="smoke", now=NOW)
    page = signed_in("on-call").post(FLIP, {"on": "0", "reason": "me too", "duration": ""})
    assert "already stands like this" in page.content.decode()
    assert SwitchState.objects.get().changed_by == "user:bob"


@pytest.mark.parametrize("role", ["viewer", "operator", "analyst"])
def test_others_do_not_flip(role: str) -> None:
    assert signed_in(role).post(FLIP, {"on": "0", "reason": "smoke"}).status_code == 403
    assert not SwitchState.objects.exists()


def test_a_step_that_looks_runs_on_a_click_and_its_verdict_stays_on_the_page() -> None:
    client = signed_in("operator")
    page = client.post(f"{RUNBOOK}look/test.look/", follow=True).content.decode()
    assert "It turns." in page
    assert "<dd>7</dd>" in page
    assert RunbookRun.objects.get().started_by == "user:alice"


def test_a_step_that_acts_needs_a_reason() -> None:
    client = signed_in("on-call")
    assert client.post(f"{RUNBOOK}act/test.act/", {"reason": ""}).status_code == 200
    assert not RunbookRun.objects.exists()
    client.post(f"{RUNBOOK}act/test.act/", {"reason": "stutters"})
    assert RunbookRun.objects.get().reason == "stutters"


def test_a_step_that_acts_does_not_run_where_steps_look() -> None:
    assert signed_in("operator").post(f"{RUNBOOK}look/test.act/").status_code == 404
    assert not RunbookRun.objects.exists()


def test_off_switches_and_failing_schedules_need_somebody() -> None:
    flip_switch(name="test.engine", on=False, by="user:bob", reason="smoke", now=NOW)
    heartbeats.record_failure("schedule:sweep", NOW, "ValueError: no")
    context = AttentionContext(now=NOW)
    assert [card.detail for card in cards.switches_that_are_off(context)] == ["Engine: smoke"]
    assert [card.detail for card in cards.schedules_that_fail(context)] == ["sweep"]


@pytest.mark.parametrize(
    ("name", "title"),
    [("onboarding_nudges", "Onboarding nudges"), ("schedule:sweep-checkouts", "Schedule: sweep checkouts")],
)
def test_a_component_is_shown_in_words(name: str, title: str) -> None:
    assert title_of(name) == title
