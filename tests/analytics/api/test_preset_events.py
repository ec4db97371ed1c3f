"""GET /api/v1/analytics/preset-events."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analytics.models import OfferEvent
from smplat import clock

URL = "/api/v1/analytics/preset-events"
pytestmark = pytest.mark.django_db


def an_event(event_type="preset_cta_apply", *, days_ago=0, **metadata):
    at = clock.now()
    OfferEvent.objects.create(
        created_at=at,
        occurred_at=at - timedelta(days=days_ago),
        offer_slug="reels",
        event_type=event_type,
        metadata={"presetId": "p1", "presetLabel": "Launch", "source": "marketing-card"} | metadata,
    )


def test_the_answer_has_every_field_of_the_contract(storefront: Client) -> None:
    an_event()
    body = storefront.get(URL).json()
    assert set(body) == {"window", "totals", "sources", "timeline", "breakdowns", "alerts"}
    assert body["window"]["days"] == len(body["timeline"]) == 30
    assert body["totals"] == {"preset_cta_apply": 1, "preset_configurator_apply": 0, "preset_configurator_clear": 0}
    assert body["sources"] == [{"eventType": "preset_cta_apply", "source": "marketing-card", "count": 1}]
    rates = {"applies": 1, "clears": 0, "net": 1, "clearRate": 0.0}
    assert body["breakdowns"]["presets"] == [
        {
            "presetId": "p1",
            "presetLabel": "Launch",
            "cta": 1,
            "configurator": 0,
            **rates,
            "isRisky": False,
            "riskReason": None,
            "windows": {"short": rates, "medium": rates, "long": rates},
        }
    ]
    assert set(body["timeline"][-1]["trend"]) == {
        "applyAvg7",
        "applyAvg30",
        "netAvg7",
        "clearRate7",
        "totalAvg30",
        "totalMin30",
        "totalMax30",
    }
    assert body["timeline"][0]["trend"] is None


def test_today_grows_with_every_event_and_nothing_is_written(storefront: Client) -> None:
    for expected in (1, 2, 3):
        an_event()
        with CaptureQueriesContext(connection) as queries:
            assert storefront.get(URL).json()["timeline"][-1]["counts"]["presetCtaApply"] == expected
        assert not [query for query in queries if query["sql"].lstrip().upper().startswith(("INSERT", "UPDATE"))]


def test_only_events_with_a_preset_count_and_a_missing_source_is_unknown(storefront: Client) -> None:
    an_event(presetId="")
    an_event(presetId=None)
    an_event("preset_configurator_clear", source="", presetId="p2")
    body = storefront.get(URL).json()
    assert body["totals"] == {"preset_cta_apply": 0, "preset_configurator_apply": 0, "preset_configurator_clear": 1}
    assert body["sources"] == [{"eventType": "preset_configurator_clear", "source": "unknown", "count": 1}]


def test_a_risky_preset_raises_an_alert(storefront: Client) -> None:
    for _ in range(10):
        an_event(days_ago=8)
    for _ in range(4):
        an_event("preset_configurator_clear", days_ago=8)
    body = storefront.get(URL, {"window_days": "7"}).json()
    (alert,) = body["alerts"]
    assert (alert["presetId"], alert["window"], alert["clearRate"]) == ("p1", "medium", 0.4)
    assert [preset["presetId"] for preset in body["breakdowns"]["riskyPresets"]] == ["p1"]
    assert body["breakdowns"]["presets"] == []


@pytest.mark.parametrize("days", ["1", "90", " 30 ", "007"])
def test_windows_from_one_to_ninety_days_are_answered(storefront: Client, days: str) -> None:
    body = storefront.get(URL, {"window_days": days}).json()
    assert len(body["timeline"]) == body["window"]["days"] == int(days)


@pytest.mark.parametrize(
    ("days", "kind"),
    [
        ("0", "greater_than_equal"),
        ("-5", "greater_than_equal"),
        ("91", "less_than_equal"),
        ("9" * 5000, "less_than_equal"),
        ("", "int_parsing"),
        ("week", "int_parsing"),
        ("٣", "int_parsing"),
    ],
)
def test_other_windows_are_refused_with_the_list(storefront: Client, days: str, kind: str) -> None:
    answer = storefront.get(URL, {"window_days": days})
    assert answer.status_code == 422
    assert [(entry["type"], entry["loc"]) for entry in answer.json()["detail"]] == [(kind, ["query", "window_days"])]


def test_without_a_key_nothing_is_told(client: Client) -> None:
    assert client.get(URL).status_code == 401
