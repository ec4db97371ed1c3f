"""Offer events and the quarantine in the console."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from analytics.cards import last_hour, quarantined_events
from analytics.models import OfferEvent, OfferRollup, QuarantinedEvent
from smplat.console.attention import AttentionContext, Severity
from smplat.console.models import User
from smplat.console.roles_sync import sync_roles
from smplat.ids import new_id
from tests.hostile import assert_shown_harmless, pages_of

in_database = pytest.mark.django_db(transaction=True)
GOOD = {"offer_slug": "summer", "event_type": "accept"}


@pytest.fixture
def signed_in() -> Callable[[str], Client]:
    def make(role: str) -> Client:
        sync_roles()
        user = User.objects.create_user(role, is_staff=True)
        user.groups.set(Group.objects.filter(name=role))
        client = Client()
        client.force_login(user)
        return client

    return make


def _quarantined(original: bytes = b'{"event_type": "accept"}', **values: Any) -> QuarantinedEvent:
    facts = {
        "created_at": datetime.now(UTC),
        "receipt_id": new_id(),
        "index": 0,
        "code": "missing",
        "field": "offer_slug",
    }
    return QuarantinedEvent.objects.create(original=original, **(facts | {"message": "Field required"} | values))


def _event(**values: Any) -> OfferEvent:
    moment = datetime.now(UTC)
    return OfferEvent.objects.create(**({"created_at": moment, "occurred_at": moment, "event_type": "accept"} | values))


def _event_of(text: str) -> OfferEvent:
    values = {"offer_slug": text, "target_slug": text, "order_reference": text, "metadata": {text: [text]}}
    return _event(event_type=text[:64], action=text[:64], **values)


def _quarantined_of(text: str) -> QuarantinedEvent:
    return _quarantined(text.encode("utf-8", "surrogatepass"), message=text, field=text[:64])


def _replay(client: Client, event: QuarantinedEvent, text: str, **buttons: str) -> Any:
    return client.post(f"/admin/analytics/quarantine/{event.pk}/replay/", {"text": text, "reason": "typo", **buttons})


@in_database
def test_an_operator_corrects_and_replays(signed_in: Callable[[str], Client]) -> None:
    event = _quarantined()
    assert _replay(signed_in("operator"), event, json.dumps(GOOD)).status_code == 302
    event.refresh_from_db()
    assert (event.state, event.resolved_by, event.reason) == ("replayed", "operator", "typo")
    assert OfferEvent.objects.get(pk=event.resulting_event_id).offer_slug == "summer"


@in_database
def test_a_preview_shows_what_would_be_stored_and_stores_nothing(signed_in: Callable[[str], Client]) -> None:
    event = _quarantined()
    page = _replay(
        signed_in("operator"), event, json.dumps(GOOD | {"cart_total": "19.999"}), preview="1"
    ).content.decode()
    assert "<dd>20.00</dd>" in page
    assert not OfferEvent.objects.exists()


@in_database
def test_a_text_that_is_still_wrong_says_why(signed_in: Callable[[str], Client]) -> None:
    event = _quarantined()
    page = _replay(signed_in("operator"), event, '{"event_type": "accept"}').content.decode()
    assert "It is still not acceptable" in page
    event.refresh_from_db()
    assert event.state == "pending"


@in_database
@pytest.mark.parametrize("text", ["", "{", "[" * 2000, "\ud800", "null", "1e999"])
def test_no_text_breaks_the_page(signed_in: Callable[[str], Client], text: str) -> None:
    answer = _replay(signed_in("operator"), _quarantined(), text.encode("utf-8", "replace").decode())
    assert answer.status_code == 200


@in_database
def test_an_operator_discards_with_a_reason(signed_in: Callable[[str], Client]) -> None:
    event, client = _quarantined(), signed_in("operator")
    address = f"/admin/analytics/quarantinedevent/{event.pk}/discard/"
    assert client.post(address, {"_form_submitted": "on", "reason": ""}).status_code == 200
    assert client.post(address, {"_form_submitted": "on", "reason": "a test"}).status_code == 302
    event.refresh_from_db()
    assert (event.state, event.reason) == ("discarded", "a test")


@in_database
def test_what_is_decided_is_not_decided_again(signed_in: Callable[[str], Client]) -> None:
    event, client = _quarantined(), signed_in("operator")
    _replay(client, event, json.dumps(GOOD))
    again = _replay(client, event, json.dumps(GOOD))
    assert "Already replayed" in again.content.decode()
    assert OfferEvent.objects.count() == 1


@in_database
def test_a_viewer_looks_and_changes_nothing(signed_in: Callable[[str], Client]) -> None:
    event, client = _quarantined(), signed_in("viewer")
    assert client.get(f"/admin/analytics/quarantinedevent/{event.pk}/change/").status_code == 200
    assert _replay(client, event, json.dumps(GOOD)).status_code == 403


@pytest.mark.django_db
def test_the_event_list_shows_pages_and_filters(signed_in: Callable[[str], Client]) -> None:
    for number in range(60):
        _event(offer_slug=f"o{number % 2}", cart_total=Decimal("1234.5"), currency="EUR")
    client = signed_in("analyst")
    page = client.get("/admin/analytics/offerevent/").content.decode()
    assert "1,234.50 EUR" in page
    assert "Older →" in page
    filtered = client.get("/admin/analytics/offerevent/?offer=o1&type=accept").content.decode()
    assert ">o1<" in filtered
    assert ">o0<" not in filtered


@pytest.mark.django_db
def test_stored_text_is_shown_harmless(signed_in: Callable[[str], Client]) -> None:
    client, listed, shown = signed_in("operator"), slice(0, 1), slice(1, 2)
    one = ["<script>alert(1)</script>\"'><img src=x onerror=alert(1)> javascript:alert(1)"]
    assert_shown_harmless(client, make=_event_of, pages=lambda row: pages_of(OfferEvent)(row)[listed])
    assert_shown_harmless(client, make=_event_of, pages=lambda row: pages_of(OfferEvent)(row)[shown], texts=one)
    assert_shown_harmless(client, make=_quarantined_of, pages=lambda row: pages_of(QuarantinedEvent)(row)[listed])
    assert_shown_harmless(
        client, make=_quarantined_of, pages=lambda row: pages_of(QuarantinedEvent)(row)[shown], texts=one
    )
    assert_shown_harmless(
        client, make=_quarantined_of, pages=lambda row: [f"/admin/analytics/quarantine/{row.pk}/replay/"], texts=one
    )


@pytest.mark.django_db
@pytest.mark.parametrize(("hours", "severity"), [(1, Severity.NOTICE), (25, Severity.WARNING)])
def test_the_card_becomes_a_warning_after_a_day(hours: int, severity: Severity) -> None:
    now = datetime.now(UTC)
    _quarantined(created_at=now - timedelta(hours=hours))
    (card,) = quarantined_events(AttentionContext(now=now))
    assert (card.count, card.severity) == (1, severity)


@pytest.mark.django_db
def test_nothing_in_quarantine_is_no_card() -> None:
    assert list(quarantined_events(AttentionContext(now=datetime.now(UTC)))) == []


@pytest.mark.django_db
def test_the_last_hour_comes_out_of_the_rollups() -> None:
    now = datetime(2026, 3, 4, 12, 50, tzinfo=UTC)
    for kind, count in (("impression", 1000), ("cta_click", 3), ("click", 1), ("accept", 2), ("custom", 5)):
        OfferRollup.objects.create(
            bucket=datetime(2026, 3, 4, 12, 30, tzinfo=UTC), offer_slug="a", event_type=kind, event_count=count
        )
    OfferRollup.objects.create(
        bucket=datetime(2026, 3, 4, 11, 45, tzinfo=UTC), offer_slug="a", event_type="accept", event_count=9
    )
    assert [(figure.value, figure.detail) for figure in last_hour(now)] == [
        ("1,011", ""),
        ("4", "0.40 % of impressions"),
        ("2", "0.20 % of impressions"),
    ]
