"""Offer events, receipts and the ledger in the console."""

from uuid import uuid4

import pytest
from django.test import Client

from analytics.console.silence import nothing_arrives
from analytics.models import IngestReceipt, LedgerHour, OfferEvent, OfferEventKey
from smplat import clock
from smplat.console.attention import AttentionContext
from smplat.console.models import User
from tests.hostile import assert_shown_harmless, hostile_strings

LIST = "/admin/analytics/offerevent/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def root(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


def an_event(**facts):
    now = clock.now()
    given = {"created_at": now, "occurred_at": now, "offer_slug": "summer", "event_type": "impression"}
    return OfferEvent.objects.create(**given | facts)


def shown(answer):
    return {row.pk for row in answer.context["cl"].result_list}


def test_an_event_is_found_by_its_order_its_id_and_its_event_id(root: Client):
    wanted = an_event(order_reference="SM000042", event_id=uuid4())
    OfferEventKey.objects.create(event_id=wanted.event_id, id=wanted.pk, created_at=wanted.created_at)
    an_event(order_reference="SM0000421")
    for term in ("SM000042", str(wanted.pk), str(wanted.event_id)):
        assert shown(root.get(LIST, {"q": term})) == {wanted.pk}, term


def test_an_event_can_only_be_read(root: Client):
    event = an_event(metadata={"città": ["<b>"]})
    page = root.get(f"{LIST}{event.pk}/change/").content.decode()
    assert "città" in page
    assert "&lt;b&gt;" in page
    assert root.post(f"{LIST}{event.pk}/change/", {"offer_slug": "x"}).status_code == 403
    assert root.get(f"{LIST}add/").status_code == 403


def test_hostile_text_in_events_is_shown_harmless(root: Client):
    def make(text):
        return an_event(
            offer_slug=text,
            target_slug=text,
            event_type=text[:64],
            action=text[:64],
            order_reference=text,
            currency=text[:16],
            cart_total=1,
            metadata={text: text},
        )

    assert_shown_harmless(root, make=make, pages=lambda _: [LIST])
    assert_shown_harmless(
        root, make=make, pages=lambda event: [f"{LIST}{event.pk}/change/"], texts=hostile_strings()[::40]
    )


def test_the_ledger_adds_receipts_up_and_names_a_difference(root: Client):
    now = clock.now()
    for _ in range(2):
        IngestReceipt.objects.create(created_at=now, kind="batch", received=600, accepted=599, duplicate=1)
    hour = now.replace(minute=0, second=0, microsecond=0)
    LedgerHour.objects.create(hour=hour, checked_at=now, is_balanced=False, difference="two <events> are missing")
    page = root.get("/admin/analytics/ledger/").content.decode()
    assert "1,200" in page
    assert "two &lt;events&gt; are missing" in page


def test_silence_is_nothing_to_tell_before_anything_was_sent():
    now = clock.now()
    assert list(nothing_arrives(AttentionContext(now=now))) == []
