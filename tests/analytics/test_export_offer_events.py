"""manage.py export_offer_events."""

import csv
import errno
import io
import json
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from analytics.models import OfferEvent
from smplat import clock
from smplat.exports import row_stream

HEADER = "id,created_at,offer_slug,target_slug,event_type,action,cart_total,currency,order_reference,metadata"
pytestmark = pytest.mark.django_db(transaction=True)


def an_event(*, days_ago=0.0, **facts):
    at = clock.now() - timedelta(days=days_ago)
    return OfferEvent.objects.create(
        **{"created_at": at, "occurred_at": at, "offer_slug": "summer", "event_type": "impression"} | facts
    )


def export(path, **options):
    told = io.StringIO()
    call_command("export_offer_events", output=path, stdout=told, **options)
    return path.read_bytes().decode(), told.getvalue()


@contextmanager
def table_locked():
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute("LOCK TABLE checkout_offer_events IN ACCESS EXCLUSIVE MODE")
        yield
    finally:
        other.close()


def test_rows_are_newest_first_and_older_than_the_lookback_are_left_out(tmp_path):
    an_event(days_ago=2, offer_slug="old")
    middle, newest = an_event(days_ago=0.5), an_event()
    text, _ = export(tmp_path / "events.csv", lookback_days=1)
    assert [row["id"] for row in csv.DictReader(io.StringIO(text))] == [str(newest.pk), str(middle.pk)]


def test_the_last_line_counts_what_was_written(tmp_path):
    an_event()
    path = tmp_path / "new" / "folder" / "events.json"
    text, told = export(path, format="json", lookback_days=14)
    assert told.splitlines()[-1] == f"exported=1 format=json lookback_days=14 output={path}"
    assert len(json.loads(text)) == 1


def test_json_holds_an_object_for_metadata_and_a_string_for_the_cart_total(tmp_path):
    event = an_event(cart_total=Decimal("129.90"), currency="EUR", metadata={"città": [1, None]}, target_slug="=1+1")
    text, _ = export(tmp_path / "events.json", format="json")
    assert json.loads(text) == [
        {
            "id": str(event.pk),
            "created_at": event.created_at.isoformat(),
            "offer_slug": "summer",
            "target_slug": "=1+1",
            "event_type": "impression",
            "action": None,
            "cart_total": "129.90",
            "currency": "EUR",
            "order_reference": None,
            "metadata": {"città": [1, None]},
        }
    ]
    assert '\n  {\n    "id": ' in text
    assert "città" in text


def test_ndjson_holds_what_json_holds_whatever_the_text(tmp_path):
    odd = 'a\\b\\\\c"d\te\nf\rg\x01\x0b\x7f\u2028é💣\\N\\.'
    an_event()
    an_event(
        offer_slug=odd, action="\\", order_reference=odd, cart_total=Decimal("0.10"), metadata={odd: [odd, 1.50, {}]}
    )
    text, told = export(tmp_path / "events.ndjson", format="ndjson")
    rows = json.loads(export(tmp_path / "events.json", format="json")[0])
    assert [json.loads(line) for line in text.rstrip("\n").split("\n")] == rows
    assert rows[0]["offer_slug"] == odd
    assert told.startswith("exported=2 format=ndjson")


def test_moments_of_whole_seconds_have_their_microseconds_in_ndjson(tmp_path):
    whole = clock.now().replace(microsecond=0)
    an_event(created_at=whole)
    (line,) = export(tmp_path / "events.ndjson", format="ndjson")[0].splitlines()
    assert json.loads(line)["created_at"] == whole.isoformat(timespec="microseconds")


def test_more_rows_than_a_chunk_come_once_and_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr(row_stream, "CHUNK_ROWS", 3)
    events = [an_event(days_ago=number / 100) for number in range(8)]
    text, _ = export(tmp_path / "events.ndjson", format="ndjson")
    assert [json.loads(line)["id"] for line in text.splitlines()] == [str(event.pk) for event in events]


def test_csv_encodes_metadata_as_json_and_runs_no_formula(tmp_path):
    an_event(metadata={"a": "b"}, target_slug="=1+1", cart_total=Decimal(5))
    (row,) = csv.DictReader(io.StringIO(export(tmp_path / "events.csv")[0]))
    assert (json.loads(row["metadata"]), row["target_slug"], row["cart_total"]) == ({"a": "b"}, "'=1+1", "5.00")


@pytest.mark.parametrize(("chosen", "content"), [("csv", HEADER + "\r\n"), ("json", "[]\n"), ("ndjson", "")])
def test_nothing_to_export_still_writes_a_file(tmp_path, chosen, content):
    text, told = export(tmp_path / "events", format=chosen)
    assert (text, told.split()[0]) == (content, "exported=0")


def test_without_an_output_the_file_is_named_after_its_format(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    call_command("export_offer_events", format="ndjson", stdout=io.StringIO())
    assert [path.name for path in tmp_path.iterdir()] == ["checkout-offer-events.ndjson"]


def test_a_dash_writes_to_standard_output_and_counts_on_standard_error(capfdbinary):
    an_event(offer_slug="piped")
    call_command("export_offer_events", output="-", format="ndjson", stderr=(told := io.StringIO()))
    assert json.loads(capfdbinary.readouterr().out)["offer_slug"] == "piped"
    assert told.getvalue().startswith("exported=1 format=ndjson")


@pytest.mark.parametrize("days", [0, -1, 10**9])
def test_a_lookback_that_makes_no_sense_is_refused(tmp_path, days):
    with pytest.raises(CommandError, match="--lookback-days must be from 1"):
        call_command("export_offer_events", lookback_days=days, output=tmp_path / "events.csv")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("chosen", ["csv", "ndjson"])
def test_a_failing_query_keeps_the_old_file_and_says_so(tmp_path, chosen):
    path = tmp_path / "events"
    path.write_text("yesterday")
    with table_locked(), connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
        try:
            with pytest.raises(CommandError, match="did not deliver the events: canceling statement due to lock"):
                call_command("export_offer_events", output=path, format=chosen)
        finally:
            cursor.execute("RESET lock_timeout")
    assert (path.read_text(), len(list(tmp_path.iterdir()))) == ("yesterday", 1)


def test_a_database_that_is_away_is_one_sentence(monkeypatch, tmp_path):
    def be_away(**_):
        raise OperationalError("connection is bad: No such file or directory\n\tIs the server running locally?")

    monkeypatch.setattr("analytics.management.commands.export_offer_events.export_offer_events", be_away)
    with pytest.raises(CommandError) as refused:
        call_command("export_offer_events", output=tmp_path / "events.csv")
    assert str(refused.value).endswith("connection is bad: No such file or directory")


def test_a_reader_that_went_away_is_named_in_words(monkeypatch):
    def go_away(**_):
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr("analytics.management.commands.export_offer_events.export_offer_events", go_away)
    with pytest.raises(CommandError, match=r"^Standard output could not be written: Broken pipe\.$"):
        call_command("export_offer_events", output="-")


def test_an_output_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="could not be written: "):
        call_command("export_offer_events", output=tmp_path / "file" / "events.csv")
