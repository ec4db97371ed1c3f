"""The ledger balances after everything the ingest does, and names the hour when a table was tampered with."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from analytics.actions.check_ledger import check_ledger
from analytics.actions.record_offer_event import record_offer_event
from analytics.actions.record_offer_events import record_offer_events
from analytics.actions.record_refusal import record_refusal
from analytics.actions.replay_quarantined_event import replay_quarantined_event
from analytics.components import check_ledger_balance, check_partitions
from analytics.models import IngestReceipt, LedgerHour, QuarantinedEvent, ReceiptKind
from analytics.rules.offer_event_batch import Rejected
from tests.analytics.making import NOW, WINDOW, facts, sent

pytestmark = pytest.mark.django_db


def everything_the_ingest_does() -> None:
    event_id = str(uuid4())
    record_offer_event(facts=facts(), now=NOW)
    record_offer_event(facts=facts(event_id=event_id), now=NOW)
    record_offer_event(facts=facts(event_id=event_id), now=NOW)
    record_refusal(kind=ReceiptKind.SINGLE, code="x", received=1, now=NOW)
    batch = [facts(event_id=event_id), facts(event_id=str(uuid4())), facts(), Rejected(b"{", "x", "", "y")]
    record_offer_events(readings=[*batch, Rejected(b"[", "x", "", "y")], now=NOW)
    replay_quarantined_event(
        quarantined_event_id=QuarantinedEvent.objects.earliest("id").pk,
        text=json.dumps(sent(event_id=str(uuid4()))),
        by="ada",
        now=NOW,
        window=WINDOW,
    )


def tamper(statement: str) -> None:
    """As a superuser can: past the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_the_ledger_balances_after_everything_the_ingest_does() -> None:
    everything_the_ingest_does()
    checked = check_ledger(now=NOW)
    assert checked.is_balanced
    assert LedgerHour.objects.filter(is_balanced=True).count() == checked.hours
    assert check_ledger_balance(NOW).status == "ready"


@pytest.mark.parametrize(
    ("statement", "difference"),
    [
        ("DELETE FROM checkout_offer_events WHERE receipt_id IS NOT NULL AND event_id IS NULL", "receipts accepted 3"),
        ("DELETE FROM analytics_quarantined_events WHERE state = 'pending'", "receipts quarantined 2"),
        ("DELETE FROM analytics_offer_event_keys", "events with an event_id 3, event keys 0"),
        ("DELETE FROM checkout_offer_events WHERE receipt_id IS NULL AND event_id IS NOT NULL", "event keys 3"),
        ("DELETE FROM analytics_ingest_receipts WHERE kind = 'replay'", "receipts of replays 0"),
        (
            "UPDATE checkout_offer_events SET receipt_id = gen_random_uuid() WHERE receipt_id IS NOT NULL",
            "receipts that differ from their events",
        ),
    ],
)
def test_a_difference_is_named_with_its_hour(statement: str, difference: str) -> None:
    everything_the_ingest_does()
    tamper(statement)
    (differing,) = check_ledger(now=NOW).differing
    assert difference in differing.difference
    component = check_ledger_balance(NOW)
    assert component.status == "degraded"
    assert f"{NOW:%Y-%m-%d %H}:00 UTC" in str(component.detail)


def test_an_hour_that_is_right_again_is_forgotten_as_a_difference() -> None:
    long_ago = NOW - timedelta(days=3)
    IngestReceipt.objects.create(created_at=long_ago, kind="batch", received=1, accepted=1)
    assert not check_ledger(now=NOW, hours=96).is_balanced
    assert not check_ledger(now=NOW, hours=1).is_balanced
    tamper("DELETE FROM analytics_ingest_receipts")
    assert check_ledger(now=NOW, hours=1).is_balanced
    assert check_ledger_balance(NOW).status == "ready"


def test_before_the_first_check_the_ledger_is_starting() -> None:
    assert check_ledger_balance(NOW).status == "starting"


def test_the_command_fails_when_an_hour_differs(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_offer_ledger", "--hours", "2")
    assert capsys.readouterr().out == "hours=2 differing=0\n"
    IngestReceipt.objects.create(created_at=NOW, kind="batch", received=1, accepted=1)
    with pytest.raises(CommandError, match="differing=1"):
        call_command("check_offer_ledger")
    assert "receipts accepted 1, events under receipts 0" in capsys.readouterr().err


def test_partitions_ahead_are_ready() -> None:
    assert check_partitions(NOW).status == "ready"


@pytest.mark.parametrize(("days", "status"), [(70, "degraded"), (300, "error")])
def test_too_few_partitions_ahead_are_told(days: int, status: str) -> None:
    assert check_partitions(NOW + timedelta(days=days)).status == status
