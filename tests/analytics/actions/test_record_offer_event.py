"""One event is stored once, and what is told was committed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection, connections

from analytics.actions.record_offer_event import Recorded, record_offer_event
from analytics.models import IngestReceipt, OfferEvent, OfferEventKey
from analytics.partition_errors import NoPartition
from tests.analytics.making import NOW, facts


@pytest.mark.django_db
def test_an_event_is_stored_as_it_was_read() -> None:
    event_id = uuid4()
    recorded = record_offer_event(
        facts=facts(
            target_slug="t",
            action="a",
            cart_total="12.345",
            currency="eur",
            order_reference="o-1",
            metadata={"é": [1, None]},
            event_id=str(event_id),
            occurred_at=(NOW - timedelta(days=1)).isoformat(),
        ),
        now=NOW,
        client_id=7,
    )
    stored = OfferEvent.objects.values(
        "id", "created_at", "occurred_at", "target_slug", "action", "cart_total", "currency",
        "order_reference", "metadata", "event_id", "receipt_id", "client_id",
    ).get()  # fmt: skip
    assert stored == {
        "id": recorded.id,
        "created_at": NOW,
        "occurred_at": NOW - timedelta(days=1),
        "target_slug": "t",
        "action": "a",
        "cart_total": Decimal("12.34"),
        "currency": "EUR",
        "order_reference": "o-1",
        "metadata": {"é": [1, None]},
        "event_id": event_id,
        "receipt_id": None,
        "client_id": 7,
    }


@pytest.mark.django_db
def test_an_accepted_event_leaves_no_receipt() -> None:
    recorded = record_offer_event(facts=facts(), now=NOW)
    assert OfferEvent.objects.get().occurred_at == NOW
    assert recorded == Recorded(id=OfferEvent.objects.get().id, created_at=NOW, is_duplicate=False)
    assert not IngestReceipt.objects.exists()


@pytest.mark.django_db
def test_a_repeated_event_id_answers_with_the_first_event_and_leaves_a_receipt() -> None:
    event_id = str(uuid4())
    first = record_offer_event(facts=facts(event_id=event_id), now=NOW)
    again = record_offer_event(
        facts=facts(event_id=event_id, offer_slug="another"), now=NOW + timedelta(seconds=1), request_id="r-2"
    )
    assert again == Recorded(id=first.id, created_at=NOW, is_duplicate=True)
    assert OfferEvent.objects.get().offer_slug == "summer"
    receipt = IngestReceipt.objects.get()
    assert (receipt.kind, receipt.received, receipt.duplicate, receipt.request_id) == ("single", 1, 1, "r-2")


@pytest.mark.django_db
def test_a_month_without_a_partition_is_unavailable() -> None:
    with pytest.raises(NoPartition):
        record_offer_event(facts=facts(), now=NOW + timedelta(days=400))


@pytest.mark.django_db(transaction=True)
def test_an_event_takes_one_round_trip(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        record_offer_event(facts=facts(event_id=str(uuid4())), now=NOW)


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_with_one_event_id_store_one_event() -> None:
    event_id = str(uuid4())

    def record(_: int) -> Recorded:
        try:
            return record_offer_event(facts=facts(event_id=event_id), now=NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(50) as pool:
        recorded = list(pool.map(record, range(50)))
    stored = OfferEvent.objects.get()
    assert {answer.id for answer in recorded} == {stored.id}
    assert sorted(answer.is_duplicate for answer in recorded) == [False] + [True] * 49
    assert OfferEventKey.objects.get().id == stored.id
    assert IngestReceipt.objects.count() == 49


@pytest.mark.django_db(transaction=True)
def test_nothing_of_an_event_that_fails_stays_behind() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE checkout_offer_events ADD CONSTRAINT no_rain CHECK (offer_slug <> 'rain')")
    try:
        with pytest.raises(Exception, match="no_rain"):
            record_offer_event(facts=facts(offer_slug="rain", event_id=str(uuid4())), now=NOW)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE checkout_offer_events DROP CONSTRAINT no_rain")
    assert not OfferEventKey.objects.exists()
