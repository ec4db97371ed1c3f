"""Which offer events are acceptable, value by value."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from analytics.rules.offer_event import AcceptanceWindow, read_event
from smplat.api.errors import ValidationFailed
from tests.analytics.making import NOW, WINDOW, facts, sent

DAYS_KEPT = timedelta(days=400)


def problems(value: object) -> list[tuple[str, str]]:
    with pytest.raises(ValidationFailed) as refused:
        read_event(value, window=WINDOW)
    return [(detail.type, ".".join(map(str, detail.loc))) for detail in refused.value.details]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (1.005, "1.00"),
        (1.015, "1.02"),
        ("1.015", "1.02"),
        ("2.675", "2.68"),
        (0, "0.00"),
        ("-0", "0.00"),
        ("9999999999.99", "9999999999.99"),
        ("9999999999.994", "9999999999.99"),
        ("1e3", "1000.00"),
        (None, None),
    ],
)
def test_cart_totals_are_rounded_half_to_even(given: object, kept: str | None) -> None:
    assert facts(cart_total=given).cart_total == (kept and Decimal(kept))


@pytest.mark.parametrize(
    ("given", "kept"),
    [(" us ", "US"), ("eur", "EUR"), ("   ", None), ("usd stable coin", "USD STABLE COIN"), (None, None)],
)
def test_currencies_are_trimmed_and_in_capitals(given: object, kept: str | None) -> None:
    assert facts(currency=given).currency == kept


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2026-11-20T10:00:00", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("2026-11-20T10:00:00.123456Z", datetime(2026, 11, 20, 10, 0, 0, 123456, tzinfo=UTC)),
        ("2026-11-20T10:00:00+05:30", datetime(2026, 11, 20, 4, 30, tzinfo=UTC)),
    ],
)
def test_moments_are_kept_in_utc(given: str, kept: datetime) -> None:
    window = AcceptanceWindow.at(datetime(2026, 11, 23, tzinfo=UTC), retention=DAYS_KEPT)
    assert read_event(sent(occurred_at=given), window=window).occurred_at == kept


@pytest.mark.parametrize(
    ("age", "accepted"),
    [
        (timedelta(minutes=-5), True),
        (timedelta(minutes=-5, microseconds=-1), False),
        (timedelta(days=400), True),
        (timedelta(days=400, microseconds=1), False),
    ],
)
def test_an_event_may_be_five_minutes_ahead_and_as_old_as_retention(age: timedelta, accepted: bool) -> None:
    value = sent(occurred_at=(NOW - age).isoformat())
    if accepted:
        assert read_event(value, window=WINDOW).occurred_at == NOW - age
    else:
        assert problems(value)[0][1] == "body.occurred_at"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"offer_slug": ""}, ("string_too_short", "body.offer_slug")),
        ({"offer_slug": "  "}, ("string_too_short", "body.offer_slug")),
        ({"offer_slug": "x" * 256}, ("string_too_long", "body.offer_slug")),
        ({"offer_slug": 5}, ("string_type", "body.offer_slug")),
        ({"offer_slug": None}, ("string_type", "body.offer_slug")),
        ({"event_type": "x" * 65}, ("string_too_long", "body.event_type")),
        ({"event_type": "\t"}, ("string_too_short", "body.event_type")),
        ({"target_slug": ""}, ("string_too_short", "body.target_slug")),
        ({"action": "x" * 65}, ("string_too_long", "body.action")),
        ({"order_reference": "x" * 256}, ("string_too_long", "body.order_reference")),
        ({"currency": "us"}, ("string_too_short", "body.currency")),
        ({"currency": "x" * 17}, ("string_too_long", "body.currency")),
        ({"currency": "ß" * 16}, ("string_too_long", "body.currency")),
        ({"cart_total": -0.01}, ("greater_than_equal", "body.cart_total")),
        ({"cart_total": "NaN"}, ("finite_number", "body.cart_total")),
        ({"cart_total": "-Infinity"}, ("finite_number", "body.cart_total")),
        ({"cart_total": "9999999999.995"}, ("decimal_whole_digits", "body.cart_total")),
        ({"cart_total": "1e999999"}, ("decimal_whole_digits", "body.cart_total")),
        ({"cart_total": "ten"}, ("decimal_parsing", "body.cart_total")),
        ({"cart_total": True}, ("decimal_type", "body.cart_total")),
        ({"metadata": []}, ("dict_type", "body.metadata")),
        ({"metadata": {"a": "x" * 16_384}}, ("object_too_large", "body.metadata")),
        ({"event_id": "1"}, ("uuid_parsing", "body.event_id")),
        ({"event_id": 1}, ("uuid_type", "body.event_id")),
        ({"occurred_at": "yesterday"}, ("datetime_parsing", "body.occurred_at")),
        ({"occurred_at": 1_700_000_000}, ("datetime_type", "body.occurred_at")),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, ("datetime_too_old", "body.occurred_at")),
        ({"occurred_at": "9999-12-31T23:59:59-14:00"}, ("datetime_too_late", "body.occurred_at")),
    ],
)
def test_a_value_out_of_bounds_is_named(changes: dict[str, object], expected: tuple[str, str]) -> None:
    assert problems(sent(**changes)) == [expected]


def test_everything_that_is_wrong_is_named_at_once() -> None:
    assert problems({"event_type": "", "cart_total": -1, "unknown": []}) == [
        ("missing", "body.offer_slug"),
        ("string_too_short", "body.event_type"),
        ("greater_than_equal", "body.cart_total"),
    ]


@pytest.mark.parametrize("value", [None, [], "text", 5, True])
def test_an_event_is_an_object(value: object) -> None:
    assert problems(value) == [("model_attributes_type", "body")]


def test_metadata_may_be_sixteen_levels_deep_and_no_deeper() -> None:
    deepest: dict[str, object] = {}
    for _ in range(15):
        deepest = {"a": deepest}
    assert facts(metadata=deepest).metadata
    assert problems(sent(metadata={"a": deepest})) == [("object_too_deep", "body.metadata")]


def test_unknown_members_are_ignored() -> None:
    assert facts(anything={"at": "all"}) == facts()


def test_an_event_id_is_any_uuid() -> None:
    assert facts(event_id="6BA7B810-9DAD-11D1-80B4-00C04FD430C8").event_id == UUID(
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
    )
