"""Hostile bodies and texts through every door of the ingest: a clear refusal or stored whole, never a 5xx."""

import csv
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from analytics.models import OfferEvent, QuarantinedEvent
from smplat.exports.csv_cells import read_text
from tests.replay.adapters import DATA

HOSTILE = DATA / "hostile"
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not HOSTILE.is_dir(), reason=f"the hostile sets are not in {DATA}"),
]
SINGLE, BATCH, WEB = (
    "/api/v1/analytics/offer-events",
    "/api/v1/analytics/offer-events/batch",
    "/api/analytics/offer-events",
)
CASES = sorted((HOSTILE / "json").glob("*.json")) if HOSTILE.is_dir() else []
NDJSON = "application/x-ndjson"
# Events of one batch request: under a MiB whatever the texts.
PART = 500


@pytest.fixture
def storefront(settings):
    settings.CHECKOUT_API_KEY = "key-of-this-test"
    settings.THROTTLE_SECRET_PER_MINUTE = 1_000_000
    return Client(headers={"X-API-Key": "key-of-this-test"})


def post(storefront, path, body, content_type="application/json"):
    return storefront.post(path, body, content_type=content_type)


def in_single(case):
    return SINGLE, b'{"offer_slug":"a","event_type":"t","metadata":{"v":%b}}' % case


def in_array(case):
    return BATCH, b'[{"offer_slug":"a","event_type":"t","metadata":{"v":%b}}]' % case


def in_web_tier(case):
    return WEB, b'{"offerSlug":"a","eventType":"t","metadata":{"v":%b}}' % case


def whole_body(path):
    return lambda case: (path, case)


def explains(answer):
    body = answer.json()
    return bool(body.get("code") or body.get("error") or body.get("detail"))


def stored_values():
    """What `metadata.v` reads back as."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT metadata::text FROM checkout_offer_events")
        return [json.loads(text)["v"] for (text,) in cursor.fetchall()]


@pytest.mark.parametrize("door", [in_single, in_array, in_web_tier], ids=lambda door: door.__name__)
def test_a_json_case_inside_an_event_is_refused_or_reads_back_equal(storefront, door):
    for path in CASES:
        case = path.read_bytes()
        answer = post(storefront, *door(case))
        assert answer.status_code < 500, path.name
        if answer.status_code >= 400:
            assert explains(answer), path.name
        assert not (path.name.startswith("n_") and answer.status_code < 400), path.name
        if values := stored_values():
            assert values == [json.loads(case)], path.name
            empty()


@pytest.mark.parametrize("endpoint", [SINGLE, BATCH, WEB])
def test_a_json_case_as_the_whole_body_is_never_an_event(storefront, endpoint):
    for path in CASES:
        answer = post(storefront, *whole_body(endpoint)(path.read_bytes()))
        assert answer.status_code < 500, path.name
        assert explains(answer) if answer.status_code >= 400 else endpoint != SINGLE, path.name
        assert not (path.name.startswith("n_") and answer.status_code < 400), path.name
    assert OfferEvent.objects.count() == 0


def test_a_json_case_as_a_line_of_a_batch_is_kept_byte_for_byte_in_the_quarantine(storefront):
    for path in CASES:
        case = path.read_bytes()
        if b"\n" in case or b"\r" in case or not case.strip() or case.startswith(b"\xef\xbb\xbf"):
            continue
        answer = post(storefront, BATCH, case, NDJSON)
        assert (answer.status_code, answer.json()["quarantined"]) == (202, 1), path.name
        assert bytes(QuarantinedEvent.objects.latest("id").original) == case, path.name
    assert OfferEvent.objects.count() == 0


def empty():
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE checkout_offer_events")


def strings():
    return json.loads((HOSTILE / "strings" / "strings.json").read_text())


def payload_lines():
    """Every line of the attack lists, once."""
    files = sorted(path for path in (HOSTILE / "payloads").rglob("*") if path.is_file() and path.suffix != ".md")
    lines = (line for path in files for line in path.read_text(errors="replace").split("\n"))
    return [line for line in dict.fromkeys(lines) if line and "\0" not in line]


def csv_texts():
    files = sorted(path for path in (HOSTILE / "csv").rglob("*.csv"))
    return [text for path in files if (text := read_lines(path))]


def read_lines(path: Path) -> str:
    return path.read_bytes().decode(errors="replace").replace("\0", "")


def send_all(storefront, events):
    counts = []
    for start in range(0, len(events), PART):
        body = "\n".join(json.dumps(event) for event in events[start : start + PART])
        answer = post(storefront, BATCH, body.encode(), NDJSON)
        assert answer.status_code == 202
        counts.append(answer.json()["accepted"])
    return sum(counts)


@pytest.mark.parametrize("texts", [strings, payload_lines, csv_texts], ids=lambda texts: texts.__name__)
def test_hostile_texts_are_stored_whole_as_metadata(storefront, texts):
    values = texts()
    events = [{"offer_slug": "a", "event_type": "t", "metadata": {"n": n, "v": text}} for n, text in enumerate(values)]
    assert send_all(storefront, events) == len(values)
    stored = {row["n"]: row["v"] for row in OfferEvent.objects.values_list("metadata", flat=True)}
    assert stored == dict(enumerate(values))


def test_naughty_strings_are_stored_whole_as_slug_and_order_reference(storefront):
    values = [text for text in strings() if 0 < len(text) <= 255]
    events = [{"offer_slug": text, "order_reference": text, "event_type": "t"} for text in values]
    assert send_all(storefront, events) == len(values)
    stored = OfferEvent.objects.values_list("offer_slug", "order_reference")
    assert sorted(stored) == sorted((text, text) for text in values)


@pytest.mark.parametrize("door", [SINGLE, WEB])
@pytest.mark.parametrize("field", ["offer_slug", "metadata", "order_reference"])
def test_a_nul_character_is_refused_with_its_code_and_stores_nothing(storefront, door, field):
    text = "before\0after"
    event = {"offer_slug": "a", "event_type": "t", field: {"v": text} if field == "metadata" else text}
    if door == WEB:
        names = {"offer_slug": "offerSlug", "event_type": "eventType", "order_reference": "orderReference"}
        event = {names.get(name, name): value for name, value in event.items()}
    answer = post(storefront, door, json.dumps(event))
    assert 400 <= answer.status_code < 500
    assert "nul-character" in answer.content.decode()
    assert OfferEvent.objects.count() == 0


def test_exported_csv_holds_no_formula_and_every_text_can_be_read_back(storefront, tmp_path):
    values = [*strings(), *payload_lines()]
    events = [
        {"offer_slug": f"s{n}", "event_type": "t", "order_reference": text[:255]} for n, text in enumerate(values)
    ]
    send_all(storefront, events)
    out = tmp_path / "events.csv"
    call_command("export_offer_events", lookback_days=1, format="csv", output=str(out))
    with out.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert not [row for row in rows if row["order_reference"].startswith(("=", "+", "-", "@", "\t", "\r"))]
    read = {row["offer_slug"]: read_text(row["order_reference"]) for row in rows}
    assert read == {f"s{n}": text[:255] for n, text in enumerate(values)}
