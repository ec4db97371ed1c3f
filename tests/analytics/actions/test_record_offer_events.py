"""A batch keeps every good event once, every bad one with its bytes, and its books balanced."""

import json
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections

from analytics.actions.record_offer_event import record_offer_event
from analytics.actions.record_offer_events import BatchRecorded, record_offer_events
from analytics.models import IngestReceipt, OfferEvent, OfferEventKey, QuarantinedEvent
from analytics.partition_errors import NoPartition
from analytics.rules.offer_event_batch import read_api_form, read_parts
from tests.analytics.making import NOW, WINDOW, facts, sent


def record(*parts: bytes | dict[str, Any], **arguments: Any) -> BatchRecorded:
    raw = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in parts]
    readings = read_parts(raw, window=WINDOW, read=read_api_form)
    return record_offer_events(**{"readings": readings, "now": NOW} | arguments)


def counts(recorded: BatchRecorded) -> tuple[int, int, int, int]:
    return recorded.received, recorded.accepted, recorded.duplicate, recorded.quarantined


@pytest.mark.django_db
def test_good_events_of_a_bad_batch_are_kept() -> None:
    recorded = record(sent(), b'{"offer_slug": "cut o', sent(offer_slug="winter"), request_id="r-1", client_id=3)
    assert counts(recorded) == (3, 2, 0, 1)
    assert set(OfferEvent.objects.values_list("offer_slug", "receipt_id", "client_id")) == {
        ("summer", recorded.receipt_id, 3),
        ("winter", recorded.receipt_id, 3),
    }
    aside = QuarantinedEvent.objects.get()
    assert (bytes(aside.original), aside.code, aside.index) == (b'{"offer_slug": "cut o', "json-invalid", 1)
    assert [(fate.index, fate.status, fate.id) for fate in recorded.fates] == [(1, "quarantined", aside.id)]


@pytest.mark.django_db
def test_a_batch_leaves_one_receipt() -> None:
    event_id = str(uuid4())
    recorded = record(sent(event_id=event_id), sent(event_id=event_id), b"5", request_id="r-1")
    receipt = IngestReceipt.objects.values(
        "id", "kind", "received", "accepted", "duplicate", "quarantined", "refused", "request_id"
    ).get()
    assert receipt == {
        "id": recorded.receipt_id,
        "kind": "batch",
        "received": 3,
        "accepted": 1,
        "duplicate": 1,
        "quarantined": 1,
        "refused": 0,
        "request_id": "r-1",
    }


@pytest.mark.django_db
def test_of_several_with_one_event_id_the_first_of_the_batch_counts() -> None:
    event_id = str(uuid4())
    recorded = record(sent(offer_slug="first", event_id=event_id), sent(offer_slug="second", event_id=event_id))
    stored = OfferEvent.objects.get()
    assert stored.offer_slug == "first"
    assert [(fate.index, fate.status, fate.id) for fate in recorded.fates] == [(1, "duplicate", stored.id)]


@pytest.mark.django_db
def test_a_batch_sent_again_stores_nothing() -> None:
    parts = [sent(event_id=str(uuid4())) for _ in range(3)]
    record(*parts)
    assert counts(record(*parts)) == (3, 0, 3, 0)
    assert OfferEvent.objects.count() == 3


@pytest.mark.django_db
def test_an_event_that_came_alone_is_a_duplicate_in_a_batch() -> None:
    event_id = str(uuid4())
    alone = record_offer_event(facts=facts(event_id=event_id), now=NOW)
    recorded = record(sent(event_id=event_id), sent())
    assert counts(recorded) == (2, 1, 1, 0)
    assert recorded.fates[0].id == alone.id


@pytest.mark.django_db
def test_events_without_an_event_id_are_never_duplicates() -> None:
    assert counts(record(sent(), sent())) == (2, 2, 0, 0)


@pytest.mark.django_db
def test_an_empty_batch_leaves_a_receipt_of_nothing() -> None:
    assert counts(record()) == (0, 0, 0, 0)
    assert IngestReceipt.objects.get().received == 0


@pytest.mark.django_db
def test_text_comes_back_as_it_was_sent() -> None:
    odd = "a\tb\\N\n'\"é\u202e💣\\."
    record(sent(offer_slug=odd, metadata={odd: odd}))
    stored = OfferEvent.objects.get()
    assert (stored.offer_slug, stored.metadata) == (odd, {odd: odd})


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["\\N", "a\tb", "a\nb", "a\rb", "\\.", "\\", "\x01"])
def test_no_text_is_taken_for_a_separator_or_for_no_value(text: str) -> None:
    texts = dict.fromkeys(("offer_slug", "event_type", "target_slug", "action", "order_reference"), text)
    record(sent(), sent(**texts, metadata={text: text}), sent())
    stored = OfferEvent.objects.values(*texts, "metadata").exclude(offer_slug="summer").get()
    assert stored == texts | {"metadata": {text: text}}
    assert OfferEvent.objects.filter(offer_slug="summer", action=None, metadata__isnull=True).count() == 2


@pytest.mark.django_db
def test_a_batch_of_old_new_and_repeated_events_names_the_first_of_each() -> None:
    old, new = str(uuid4()), str(uuid4())
    earlier = record_offer_event(facts=facts(event_id=old), now=NOW)
    recorded = record(sent(event_id=new), sent(event_id=old), sent(), sent(event_id=new), sent(event_id=old))
    assert counts(recorded) == (5, 2, 3, 0)
    stored = OfferEvent.objects.get(event_id=new)
    assert [(fate.index, fate.id) for fate in recorded.fates] == [(1, earlier.id), (3, stored.id), (4, earlier.id)]
    assert set(OfferEventKey.objects.values_list("event_id", "id")) == {
        (stored.event_id, stored.id),
        (OfferEvent.objects.get(id=earlier.id).event_id, earlier.id),
    }


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_fails_leaves_nothing() -> None:
    with pytest.raises(NoPartition):
        record(sent(event_id=str(uuid4())), b"5", now=NOW.replace(year=NOW.year + 2))
    assert not OfferEventKey.objects.exists()
    assert not QuarantinedEvent.objects.exists()
    assert not IngestReceipt.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_overlapping_batches_at_once_store_every_event_once() -> None:
    ids = [str(uuid4()) for _ in range(60)]

    def send(seed: int) -> BatchRecorded:
        shuffled = Random(seed).sample(ids, 40)
        try:
            return record(*[sent(event_id=event_id) for event_id in shuffled])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(16)))
    distinct = {event_id for seed in range(16) for event_id in Random(seed).sample(ids, 40)}
    assert OfferEvent.objects.count() == OfferEventKey.objects.count() == len(distinct)
    assert sum(answer.accepted for answer in answers) == len(distinct)
    assert all(answer.accepted + answer.duplicate == 40 for answer in answers)
