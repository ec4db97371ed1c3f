"""A batch is cut into its events without losing a byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.rules.offer_event import read_plain_events
from analytics.rules.offer_event_batch import (
    Rejected,
    TooManyEvents,
    read_api_form,
    read_parts,
    split_array,
    split_lines,
)
from smplat.api.errors import ValidationFailed
from smplat.api.parsing import read_json
from tests.analytics.making import WINDOW, facts

GOOD = b'{"offer_slug":"summer","event_type":"impression"}'


def test_elements_of_an_array_keep_their_own_bytes() -> None:
    assert split_array(b'\xef\xbb\xbf [ {"a" :  1} ,\n"x", [ ]] ') == [b'{"a" :  1}', b'"x"', b"[ ]"]


@pytest.mark.parametrize("body", [b"", b"{}", b'[{"a":1}', b"[1,]", b"nonsense", b"[" * 100_000, b"null"])
def test_what_is_not_an_array_is_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises(ValidationFailed):
        split_array(body)


def test_lines_keep_their_own_bytes_and_blank_ones_count_for_nothing() -> None:
    assert split_lines(b'{"a": 1}\r\n\n  \n{"b"\n') == [b'{"a": 1}', b'{"b"']
    assert split_lines(b"{}\r\r\n\r{}\r") == [b"{}\r", b"\r{}"]


def test_a_batch_has_at_most_a_thousand_events() -> None:
    assert len(split_lines(b"{}\n" * 1000)) == 1000
    with pytest.raises(TooManyEvents) as refused:
        split_array(b"[" + b"0," * 1000 + b"0]")
    assert refused.value.extra == {"limit": 1000, "unit": "events"}


def test_good_events_are_read_beside_bad_ones() -> None:
    readings = read_parts([GOOD, b"{", GOOD], window=WINDOW, read=read_api_form)
    assert readings[0] == readings[2] == facts()
    assert isinstance(readings[1], Rejected)


@pytest.mark.parametrize(
    ("part", "code", "field"),
    [
        (b'{"offer_slug":"cut o', "json-invalid", ""),
        (b"5", "model-attributes-type", ""),
        (b'{"offer_slug":"a"}', "missing", "event_type"),
        (b'{"offer_slug":"a","event_type":"b","cart_total":-1}', "greater-than-equal", "cart_total"),
        (b'{"offer_slug":"a\\u0000","event_type":"b"}', "nul-character", ""),
        (b'{"offer_slug":"a\\ud800","event_type":"b"}', "lone-surrogate", ""),
        (b'{"offer_slug":"\xff","event_type":"b"}', "json-invalid", ""),
        (b'{"offer_slug":"a","event_type":"b","metadata":{"n":1e400}}', "number-out-of-range", ""),
        (b'{"offer_slug":"a","event_type":"b","metadata":' + b'{"a":' * 70 + b"1" + b"}" * 71, "json-too-deep", ""),
    ],
)
def test_a_rejected_event_says_why_and_keeps_its_bytes(part: bytes, code: str, field: str) -> None:
    (rejected,) = read_parts([part], window=WINDOW, read=read_api_form)
    assert isinstance(rejected, Rejected)
    assert (rejected.original, rejected.code, rejected.field) == (part, code, field)
    assert rejected.message


@pytest.mark.parametrize(
    "part",
    [
        GOOD,
        b'{"offer_slug":"a","event_type":"b","cart_total":1.015,"metadata":{"n":1,"t":true,"z":null,"s":"x"}}',
        b'{"offer_slug":"a","event_type":"b","cart_total":"9.99","currency":" eur "}',
        b'{"offer_slug":"a","event_type":"b","metadata":{"deep":{"er":[1]}}}',
        b'{"offer_slug":"a","event_type":"b","unknown":1}',
        b'{"offer_slug":"\\u00e9","event_type":"b"}',
        '{"offer_slug":"é","event_type":"b"}'.encode(),
    ],
)
def test_the_fast_reader_and_the_thorough_one_agree(part: bytes) -> None:
    thorough = read_api_form(read_json(part), WINDOW)
    assert read_parts([part], window=WINDOW, read=read_api_form) == [thorough]
    assert read_plain_events([part], window=WINDOW) in ([thorough], None)


PARTS = st.sampled_from(
    [
        GOOD,
        b'{"offer_slug":"a","event_type":"b","metadata":{"n":1}}',
        b'{"offer_slug":"a","event_type":"b","metadata":{"n":1.5}}',
        b'{"offer_slug":"a","event_type":"b","metadata":{"n":9007199254740993}}',
        '{"offer_slug":"é","event_type":"b"}'.encode(),
        b' {"offer_slug":"a","event_type":"b"}\t',
        b'{"offer_slug":"a","event_type":"b"} {"offer_slug":"c","event_type":"d"}',
        b'{"offer_slug":"a","event_type":"b"},{"offer_slug":"c","event_type":"d"}',
        b'{"offer_slug":"a",',
        b'"event_type":"b"}',
        b'{"offer_slug":"a","metadata":{}',
        b',"event_type":"b"}',
        b'{"offer_slug":"',
        b"{}",
        b"}",
        b"[]",
        b"null",
    ]
)


@given(parts=st.lists(PARTS, max_size=6))
def test_no_event_of_a_batch_depends_on_its_neighbours(parts: list[bytes]) -> None:
    alone = [reading for part in parts for reading in read_parts([part], window=WINDOW, read=read_api_form)]
    assert list(read_parts(parts, window=WINDOW, read=read_api_form)) == alone


def test_a_batch_of_plain_events_is_read_in_one_pass() -> None:
    assert read_plain_events([GOOD] * 3, window=WINDOW) == read_plain_events([GOOD], window=WINDOW) * 3
