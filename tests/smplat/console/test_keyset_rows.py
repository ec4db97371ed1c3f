"""Rows of keyset lists: what Unfold would write, without a template, a look-up or an address resolved for each."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from analytics.models import OfferEvent, QuarantinedEvent
from checkout.models import Customer
from smplat import clock
from smplat.console.models import User
from smplat.ids import new_id
from smplat.outbox.choices import Channel, State
from smplat.outbox.models import Message
from tests.unfold_lists import assert_reads_as_unfold_writes_it

pytestmark = pytest.mark.django_db
AT = clock.now() - timedelta(days=3)
HOSTILE = "<b>\"Tom\" & 'Jerry'</b>"


@pytest.fixture
def root(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root", time_zone="Asia/Kathmandu"))
    return client


def _event(**more: Any) -> OfferEvent:
    return OfferEvent.objects.create(
        **{"offer_slug": HOSTILE, "event_type": "accept", "created_at": AT, "occurred_at": AT, **more}
    )


def _quarantined() -> QuarantinedEvent:
    return QuarantinedEvent.objects.create(created_at=AT, receipt_id=new_id(), index=0, code="missing", message=HOSTILE)


def _message(state: State) -> Message:
    return Message.objects.create(
        topic="bench", channel=Channel.EMAIL, recipient="ada@example.test", dedupe_key=state, due_at=AT, created_at=AT
    )


@pytest.mark.parametrize(
    ("address", "make"),
    [
        ("analytics/offerevent/?type=accept&q=R%26D%2F1", lambda: _event(order_reference="R&D/1")),
        ("analytics/offerevent/", _event),
        ("checkout/customer/", lambda: Customer.objects.create(email="ada@example.test", name=HOSTILE, created_at=AT)),
        ("analytics/quarantinedevent/", _quarantined),
        ("outbox/message/", lambda: _message(State.DEAD)),
    ],
)
def test_a_list_reads_as_unfold_writes_it(
    root: Client, address: str, make: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    make()
    assert_reads_as_unfold_writes_it(root, f"/admin/{address}", monkeypatch)


def test_a_badge_is_rendered_once_however_many_rows_wear_it(root: Client) -> None:
    for _ in range(3):
        _quarantined()
    answer = root.get("/admin/analytics/quarantinedevent/")
    assert answer.content.decode().count("field-how_it_stands") == 3
    assert [template.name for template in answer.templates].count("unfold/helpers/display_label.html") == 1
