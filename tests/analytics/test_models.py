"""The tables refuse what must not happen to them, whatever the code above them does."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from analytics.models import IngestReceipt, OfferEvent, QuarantinedEvent, QuarantineState
from smplat.ids import new_id

# Partitions exist around the present.
NOW = datetime.now(UTC)


def an_event(**changes: object) -> OfferEvent:
    facts = {"created_at": NOW, "occurred_at": NOW, "offer_slug": "summer", "event_type": "impression"}
    return OfferEvent.objects.create(**facts | changes)


def a_quarantined_event(**changes: object) -> QuarantinedEvent:
    facts = {"created_at": NOW, "receipt_id": new_id(), "index": 0, "original": b"{", "code": "x", "message": "y"}
    return QuarantinedEvent.objects.create(**facts | changes)


@pytest.mark.django_db
def test_an_event_cannot_be_changed() -> None:
    event = an_event()
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        OfferEvent.objects.filter(pk=event.pk).update(offer_slug="winter")
    assert OfferEvent.objects.get().offer_slug == "summer"


@pytest.mark.django_db
def test_an_event_cannot_be_deleted() -> None:
    event = an_event()
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        event.delete()
    assert OfferEvent.objects.count() == 1


@pytest.mark.django_db
def test_an_event_carries_the_transaction_that_wrote_it() -> None:
    event = an_event()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        (transaction_id,) = cursor.fetchone()
    event.refresh_from_db()
    assert event.committed_in == transaction_id


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("offer_event_names_an_offer", {"offer_slug": ""}),
        ("offer_event_has_a_type", {"event_type": ""}),
        ("offer_event_cart_is_not_negative", {"cart_total": -1}),
        ("offer_event_currency_is_not_blank", {"currency": ""}),
        ("offer_event_order_reference_is_bounded", {"order_reference": "x" * 256}),
        ("offer_event_metadata_is_an_object", {"metadata": []}),
    ],
)
def test_an_event_outside_its_bounds_is_refused_by_the_table(constraint: str, changes: dict[str, object]) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        an_event(**changes)


@pytest.mark.django_db
def test_an_event_lies_in_the_partition_of_the_month_it_was_received_in() -> None:
    last_month = NOW.replace(day=1) - timedelta(days=1)
    an_event(created_at=last_month)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM checkout_offer_events")
        assert cursor.fetchone() == (f"checkout_offer_events_{last_month:%Y_%m}",)


@pytest.mark.django_db
def test_a_receipt_accounts_for_every_event() -> None:
    with pytest.raises(IntegrityError, match="ingest_receipt_accounts_for_every_event"):
        IngestReceipt.objects.create(created_at=NOW, kind="batch", received=3, accepted=1, duplicate=1)


@pytest.mark.django_db
def test_the_bytes_of_a_quarantined_event_cannot_be_changed() -> None:
    event = a_quarantined_event()
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        QuarantinedEvent.objects.filter(pk=event.pk).update(original=b"{}")


@pytest.mark.django_db
def test_a_resolution_is_final() -> None:
    event = a_quarantined_event(
        state=QuarantineState.DISCARDED, resolved_at=NOW, resolved_by="ada", reason="a test of the partner"
    )
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        QuarantinedEvent.objects.filter(pk=event.pk).update(reason="another")


@pytest.mark.django_db(transaction=True)
def test_the_test_flush_empties_append_only_tables() -> None:
    an_event()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE checkout_offer_events")
    assert not OfferEvent.objects.exists()
