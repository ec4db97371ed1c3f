"""The camelCase form: what is handed on, what is dropped, what is refused."""

from decimal import Decimal

import pytest

from analytics.rules.web_event import IncompleteWebEvent, read_web_event
from smplat.api.errors import ValidationFailed
from tests.analytics.making import WINDOW

SENT = {"offerSlug": "summer", "eventType": "impression"}


@pytest.mark.parametrize(
    ("changes", "column", "kept"),
    [
        ({"offerSlug": " summer "}, "offer_slug", "summer"),
        ({"targetSlug": "  "}, "target_slug", None),
        ({"action": 5}, "action", None),
        ({"cartTotal": 0.125}, "cart_total", Decimal("0.13")),
        ({"cartTotal": 1.005}, "cart_total", Decimal("1.00")),
        ({"cartTotal": 12}, "cart_total", Decimal("12.00")),
        ({"cartTotal": "12"}, "cart_total", None),
        ({"cartTotal": True}, "cart_total", None),
        ({"currency": " eur "}, "currency", "EUR"),
        ({"orderReference": " o-1 "}, "order_reference", "o-1"),
        ({"metadata": "text"}, "metadata", None),
        ({"metadata": {"a": 1}}, "metadata", '{"a":1}'),
        ({"offer_slug": "other"}, "offer_slug", "summer"),
    ],
)
def test_members_are_handed_on_as_the_web_tier_did(changes: dict[str, object], column: str, kept: object) -> None:
    assert getattr(read_web_event(SENT | changes, WINDOW), column) == kept


@pytest.mark.parametrize("value", [{}, [], None, SENT | {"offerSlug": " "}, SENT | {"eventType": 5}])
def test_an_event_without_offer_or_type_is_incomplete(value: object) -> None:
    with pytest.raises(IncompleteWebEvent, match="offerSlug and eventType are required"):
        read_web_event(value, WINDOW)


@pytest.mark.parametrize(
    ("changes", "member"),
    [
        ({"currency": "us"}, "currency"),
        ({"cartTotal": -1}, "cartTotal"),
        ({"cartTotal": 1e300}, "cartTotal"),
        ({"metadata": []}, "metadata"),
        ({"eventId": "x"}, "eventId"),
        ({"occurredAt": "x"}, "occurredAt"),
        ({"offerSlug": "x" * 256}, "offerSlug"),
    ],
)
def test_a_refusal_names_the_member_as_it_was_sent(changes: dict[str, object], member: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        read_web_event(SENT | changes, WINDOW)
    assert [detail.loc for detail in refused.value.details] == [("body", member)]
