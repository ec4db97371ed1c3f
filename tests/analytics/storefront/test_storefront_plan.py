"""From recorded requests to sent ones: the same line always has the same id, and nothing else changes."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from analytics.storefront import plan
from analytics.storefront.recording import SourceIds, parse_line, read_recordings, survey_recordings
from analytics.storefront.wire import BATCH_PATH, EVENT_PATH, WEB_EVENT_PATH

NO_SHIFT = timedelta(0)


def line(path=EVENT_PATH, body=None, **more):
    body = {"offer_slug": "a", "event_type": "impression"} if body is None else body
    return json.dumps({"at": "2019-11-24T00:00:17.004101Z", "path": path, "body": body, **more}).encode()


def parsed(text, ids=None):
    return parse_line(text, place="f:1", source_id=(ids or SourceIds()).next_id(text))


def prepared(text, shift=NO_SHIFT):
    return plan.prepare_request(parsed(text), shift=shift)


def outgoing(count, **more):
    return [
        plan.prepare_request(parsed(line(body={"offer_slug": str(n)}, **more)), shift=NO_SHIFT) for n in range(count)
    ]


def test_the_same_line_gets_the_same_event_id_in_every_replay():
    assert prepared(line()).body == prepared(line()).body


def test_an_exact_repeat_in_a_recording_stays_an_event_of_its_own():
    ids = SourceIds()
    assert ids.next_id(b"x") != ids.next_id(b"x")


def test_the_recorded_moment_becomes_occurred_at_shifted_by_whole_days():
    event = json.loads(prepared(line(), shift=timedelta(days=365)).body)
    assert event["occurred_at"] == "2020-11-23T00:00:17.004101Z"


def test_an_event_keeps_the_id_and_moment_it_states_itself():
    stated = {"offer_slug": "a", "event_id": str(uuid4()), "occurred_at": "2020-01-01T00:00:00Z"}
    assert json.loads(prepared(line(body=stated)).body) == stated


def test_a_moment_that_cannot_be_read_is_passed_on_as_it_is():
    assert (
        json.loads(prepared(line(body={"occurred_at": "yesterday"}), timedelta(days=1)).body)["occurred_at"]
        == "yesterday"
    )


def test_the_web_tiers_events_use_its_field_names():
    assert {"eventId", "occurredAt"} <= json.loads(prepared(line(WEB_EVENT_PATH)).body).keys()


def test_numbers_are_sent_as_they_were_written():
    text = b'{"path": "/api/v1/analytics/offer-events", "body": {"cart_total": 1.10, "metadata": {"n": 1e400}}}'
    assert b'"cart_total":1.10,"metadata":{"n": 1e400}' in prepared(text).body


def test_a_recorded_batch_gets_an_id_for_each_event():
    body = json.loads(prepared(line(BATCH_PATH, [{"offer_slug": "a"}, {"offer_slug": "a"}])).body)
    assert body[0]["event_id"] != body[1]["event_id"]


def test_a_text_body_is_sent_byte_for_byte():
    assert prepared(line(body="not json, {")).body == b"not json, {"


def test_other_requests_are_made_retryable_by_their_idempotency_key():
    request = prepared(line("/api/v1/orders", {"occurredAt": "2020-01-01T00:00:00Z"}), timedelta(days=1))
    assert dict(request.headers)["Idempotency-Key"]
    assert json.loads(request.body) == {"occurredAt": "2020-01-02T00:00:00Z"}


def test_a_recorded_key_is_not_replayed():
    assert "X-Api-Key" not in dict(prepared(line(headers={"X-Api-Key": "secret", "Accept-Language": "de"})).headers)


def test_a_line_that_is_cut_off_travels_to_the_batch_endpoint_as_it_stands(tmp_path):
    (tmp_path / "cut.ndjson").write_bytes(line() + b"\n" + line()[:40])
    _, cut = read_recordings([str(tmp_path / "cut.ndjson")])
    request = plan.prepare_request(cut, shift=NO_SHIFT)
    assert (request.path, request.body, request.is_one_line) == (BATCH_PATH, line()[:40], True)


def test_a_survey_finds_the_newest_moment_and_the_number_of_lines(tmp_path):
    later = line(at="2019-12-01T00:00:00+01:00")
    (tmp_path / "a.ndjson").write_bytes(later + b"\n\n" + line() + b"\n")
    survey = survey_recordings([str(tmp_path / "a.ndjson")])
    assert (survey.lines, survey.newest_at) == (2, datetime(2019, 11, 30, 23, tzinfo=UTC))


@pytest.mark.parametrize(
    ("newest", "days"),
    [
        (datetime(2019, 11, 24, 0, 0, 17, tzinfo=UTC), 2556),
        (datetime(2026, 11, 23, 11, 0, tzinfo=UTC), 0),
        (datetime(2026, 11, 23, 12, 0, 1, tzinfo=UTC), -1),
    ],
)
def test_shifting_into_the_window_never_passes_now(newest, days):
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert plan.shift_into_window(newest, now=now) == timedelta(days=days)


def test_batches_hold_neighbouring_events_up_to_their_size():
    batches = list(plan.in_batches(outgoing(5), size=2, max_span=None))
    assert [batch.events for batch in batches] == [2, 2, 1]
    assert batches[0].body.count(b"\n") == 1
    assert {batch.path for batch in batches} == {BATCH_PATH}


def test_a_batch_stays_under_what_a_request_may_hold():
    large = [plan.prepare_request(parsed(line(body={"metadata": {"x": "y" * 300_000}})), shift=NO_SHIFT)] * 7
    batches = list(plan.in_batches(large, size=1000, max_span=None))
    assert max(len(batch.body) for batch in batches) <= 1024 * 1024
    assert sum(batch.events for batch in batches) == 7


def test_another_request_between_events_keeps_its_place():
    other = prepared(line("/api/v1/orders"))
    events = outgoing(2)
    paths = [request.path for request in plan.in_batches([events[0], other, events[1]], size=10, max_span=None)]
    assert paths == [BATCH_PATH, "/api/v1/orders", BATCH_PATH]


def test_at_a_pace_a_batch_spans_no_more_than_it_may():
    events = [prepared(line(at=f"2020-01-01T00:00:0{second}Z")) for second in (0, 1, 5)]
    batches = list(plan.in_batches(events, size=10, max_span=timedelta(seconds=2)))
    assert [batch.events for batch in batches] == [2, 1]


def test_duplicates_are_the_same_requests_again_and_the_seed_decides_which():
    first, again = (list(plan.with_duplicates(outgoing(200), share=0.1, seed=3)) for _ in range(2))
    assert first == again
    assert 205 < len(first) < 240
    assert len({request.body for request in first}) == 200


def test_shuffling_changes_only_the_order():
    events = outgoing(50)
    mixed = list(plan.shuffled(events, seed=1))
    assert mixed != events
    assert sorted(event.body for event in mixed) == sorted(event.body for event in events)
