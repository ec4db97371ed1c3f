"""The calls that the checkout runbook shows work as they stand, and its scenarios pass and leave nothing."""

import os
import re
import shlex
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from checkout.models import Customer, Escalation, Order, RecoveryDecision, RecoveryPolicy, SweepRun
from guardrails.models import Provider
from merchandising.models import Product
from smplat.operations.models import Hold, RunbookStepRun
from smplat.operations.runbook_documents import DIRECTORY
from smplat.outbox.models import Message, PreferenceChange
from tests.checkout.conftest import new_order, place, product, provider  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = (DIRECTORY / "checkout-recovery.md").read_text()
KEY = "a-key-of-the-environment"
SCENARIOS = re.findall(r"`(checkout\.rehearse-[a-z-]+)`", TEXT)


def shown_calls():
    """Every curl command of the runbook, in order, as words with their variables unexpanded."""
    for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL):
        for command in block.replace("\\\n", " ").splitlines():
            yield shlex.split(command)


def call(words):
    """What curl would do."""
    words = [os.path.expandvars(word) for word in words]
    assert words[:2] == ["curl", "-sS"]
    options = {"-X": "GET", "-d": ""}
    headers, url, rest = {}, "", iter(words[2:])
    for word in rest:
        if word == "-H":
            name, value = next(rest).split(": ", 1)
            headers[name] = value
        elif word in options:
            options[word] = next(rest)
        else:
            url = word
    content_type = headers.pop("Content-Type", "application/json")
    return Client().generic(options["-X"], url, options["-d"], content_type=content_type, headers=headers)


def test_every_call_works_one_after_the_other(product, settings, monkeypatch):  # noqa: F811
    settings.CHECKOUT_API_KEY = KEY
    for name, value in {"URL": "", "KEY": KEY, "PRODUCT": str(product.pk)}.items():
        monkeypatch.setenv(name, value)
    answers = []
    for words in shown_calls():
        answer = call(words)
        answers.append((answer.status_code, answer.json()))
        if answer.status_code == 201:
            monkeypatch.setenv("ORDER", answer.json()["id"])
            monkeypatch.setenv("TOKEN", answer.json()["customerToken"])
    assert [status for status, _ in answers] == [201, 200, 200, 200, 200, 200, 200]
    assert (answers[3][1]["currentStage"], answers[3][1]["status"]) == ("verification", "waiting")
    assert answers[4][1] == answers[5][1]
    assert answers[6][1]["status"] == "on_hold"


def run(*steps):
    out = StringIO()
    call_command("runbook", "run", "checkout-recovery", step=list(steps), stdout=out)
    return out.getvalue()


def test_every_scenario_passes_and_leaves_nothing():
    RecoveryPolicy.objects.filter(stage="payment").update(holdout_bps=1_000)
    assert len(SCENARIOS) == 8
    assert f"passed={len(SCENARIOS)} " in run(*SCENARIOS)
    left = [Order, Customer, Escalation, RecoveryDecision, SweepRun, Message, PreferenceChange, Hold, Provider, Product]
    assert [model.__name__ for model in left if model.objects.exists()] == []
    assert RunbookStepRun.objects.filter(outcome="passed").count() == len(SCENARIOS)


def test_a_scenario_leaves_what_is_really_due_alone(place):  # noqa: F811
    order = place()
    run("checkout.rehearse-stalled-payment")
    assert list(Order.objects.all()) == [order]
    assert not RecoveryDecision.objects.exists()


def test_a_scenario_says_what_was_decided_instead():
    RecoveryPolicy.objects.filter(stage="payment").update(is_active=False)
    with pytest.raises(Exception, match="Not everything is as it should be"):
        run("checkout.rehearse-stalled-payment")
    verdict = RunbookStepRun.objects.get(outcome="failed")
    assert verdict.summary == "Nothing was decided: is recovery, or the policy of the stage, switched off?"


def test_without_a_comparison_there_is_nothing_to_rehearse():
    RecoveryPolicy.objects.filter(stage="payment").update(holdout_bps=0)
    assert "puts nobody into this arm" in run("checkout.rehearse-held-out")
