"""Quarantined events: previewed, replayed once, or discarded with a reason."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections

from analytics.actions.discard_quarantined_event import ReasonMissing, discard_quarantined_event
from analytics.actions.record_offer_event import record_offer_event
from analytics.actions.replay_quarantined_event import AlreadyResolved, NotInQuarantine, replay_quarantined_event
from analytics.models import IngestReceipt, OfferEvent, QuarantinedEvent
from analytics.rules.replay_plan import plan_replay
from smplat.api.errors import ValidationFailed
from tests.analytics.making import NOW, WINDOW, facts, sent

YESTERDAY = NOW - timedelta(days=1)
GOOD = json.dumps(sent())


def aside(**changes: Any) -> UUID:
    values = {"created_at": YESTERDAY, "receipt_id": uuid4(), "index": 0, "original": b"{", "code": "x", "message": "y"}
    return QuarantinedEvent.objects.create(**values | changes).pk


def replay(quarantined_event_id: UUID, text: str = GOOD) -> Any:
    return replay_quarantined_event(
        quarantined_event_id=quarantined_event_id, text=text, by="ada", now=NOW, window=WINDOW, reason="a typing error"
    )


def test_a_plan_shows_what_would_be_stored() -> None:
    plan = plan_replay(json.dumps(sent(cart_total="1.005")), form="api", received_at=YESTERDAY, window=WINDOW)
    assert plan.facts == facts(cart_total="1.005", occurred_at=YESTERDAY.isoformat())


@pytest.mark.parametrize("text", ["{", "5", "{}", "\ud800", '{"offer_slug":"\\u0000"}'])
def test_a_plan_shows_what_is_still_wrong(text: str) -> None:
    plan = plan_replay(text, form="api", received_at=YESTERDAY, window=WINDOW)
    assert plan.facts is None
    assert plan.problems


def test_a_plan_reads_the_form_the_event_came_in() -> None:
    text = json.dumps({"offerSlug": "summer", "eventType": "impression"})
    plan = plan_replay(text, form="web", received_at=YESTERDAY, window=WINDOW)
    assert plan.facts == facts(occurred_at=YESTERDAY.isoformat())


@pytest.mark.django_db
def test_a_replayed_event_is_stored_under_its_own_receipt() -> None:
    quarantined = aside(client_id=4)
    replayed = replay(quarantined)
    stored, receipt = OfferEvent.objects.get(), IngestReceipt.objects.get()
    assert (stored.id, stored.occurred_at, stored.created_at) == (replayed.offer_event_id, YESTERDAY, NOW)
    assert (stored.receipt_id, stored.client_id) == (receipt.id, 4)
    assert (receipt.kind, receipt.received, receipt.accepted) == ("replay", 1, 1)
    marked = QuarantinedEvent.objects.get()
    assert (marked.state, marked.resolved_by, marked.corrected) == ("replayed", "ada", GOOD)
    assert marked.resulting_event_id == stored.id


@pytest.mark.django_db
def test_a_replay_of_an_event_that_was_stored_meanwhile_leads_to_it() -> None:
    event_id = str(uuid4())
    first = record_offer_event(facts=facts(event_id=event_id), now=YESTERDAY)
    replayed = replay(aside(), json.dumps(sent(event_id=event_id)))
    assert (replayed.offer_event_id, replayed.is_duplicate) == (first.id, True)
    assert OfferEvent.objects.count() == 1
    assert IngestReceipt.objects.get().duplicate == 1


@pytest.mark.django_db
def test_a_text_that_is_still_wrong_changes_nothing() -> None:
    quarantined = aside()
    with pytest.raises(ValidationFailed):
        replay(quarantined, "{}")
    assert QuarantinedEvent.objects.get().state == "pending"
    assert not IngestReceipt.objects.exists()


@pytest.mark.django_db
def test_an_event_is_replayed_once() -> None:
    quarantined = aside()
    replay(quarantined)
    with pytest.raises(AlreadyResolved):
        replay(quarantined)
    assert OfferEvent.objects.count() == 1


@pytest.mark.django_db
def test_what_is_not_in_quarantine_cannot_be_resolved() -> None:
    with pytest.raises(NotInQuarantine):
        replay(uuid4())
    with pytest.raises(NotInQuarantine):
        discard_quarantined_event(quarantined_event_id=uuid4(), reason="gone", by="ada", now=NOW)


@pytest.mark.django_db
def test_an_event_is_discarded_with_a_reason() -> None:
    quarantined = aside()
    discard_quarantined_event(quarantined_event_id=quarantined, reason=" a test ", by="ada", now=NOW)
    marked = QuarantinedEvent.objects.get()
    assert (marked.state, marked.reason, marked.resolved_by, marked.resolved_at) == ("discarded", "a test", "ada", NOW)
    assert bytes(marked.original) == b"{"


@pytest.mark.django_db
def test_without_a_reason_nothing_is_discarded() -> None:
    quarantined = aside()
    with pytest.raises(ReasonMissing):
        discard_quarantined_event(quarantined_event_id=quarantined, reason=" ", by="ada", now=NOW)
    assert QuarantinedEvent.objects.get().state == "pending"


@pytest.mark.django_db(transaction=True)
def test_of_replays_and_discards_at_once_one_wins() -> None:
    quarantined = aside()

    def decide(number: int) -> str:
        try:
            if number % 2:
                replay(quarantined)
            else:
                discard_quarantined_event(quarantined_event_id=quarantined, reason="no", by="bob", now=NOW)
        except AlreadyResolved:
            return "lost"
        else:
            return "won"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(decide, range(8)))
    assert outcomes.count("won") == 1
    replayed = QuarantinedEvent.objects.get().state == "replayed"
    assert OfferEvent.objects.count() == IngestReceipt.objects.count() == int(replayed)
