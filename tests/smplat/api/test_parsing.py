"""JSON is read strictly, and what is accepted can be stored as it is."""

import json
import os
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from smplat.api.errors import ValidationFailed
from smplat.api.parsing import MAX_DEPTH, MalformedJson, read_json

DATA = Path(os.environ.get("SMPLAT_DATA_DIR", settings.BASE_DIR.parent / "shared" / "data"))
HOSTILE = sorted((DATA / "hostile" / "json").glob("*.json"))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "json-invalid"),
        (b"{", "json-invalid"),
        (b"[NaN]", "json-invalid"),
        (b"[Infinity]", "json-invalid"),
        (b'["\xff"]', "json-invalid"),
        (b'{"a":1}x', "json-invalid"),
        (b"[" * 500 + b"]" * 500, "json-too-deep"),
        (b"[" * 100_000, "json-too-deep"),
        (b'{"a":' * 70 + b"1" + b"}" * 70, "json-too-deep"),
        (b'["\\u0000"]', "nul-character"),
        (b'{"a\\u0000b":1}', "nul-character"),
        (b'["\\ud800"]', "lone-surrogate"),
        (b"[1e400]", "number-out-of-range"),
        (b"[123456789012345678901234567890]", "number-out-of-range"),
        (b"[1e16]", "number-out-of-range"),
    ],
)
def test_what_cannot_be_read_or_stored_is_refused_with_its_code(body: bytes, code: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        read_json(body)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a":1,"a":2}', {"a": 2}),
        (b"\xef\xbb\xbf{}", {}),
        (b"18446744073709551615", 18446744073709551615),
        (b"[9999999999999998]", [9999999999999998]),
        (b"[1E3]", [1000.0]),
        (b'["\\\\u0000"]', ["\\u0000"]),
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, json.loads("[" * MAX_DEPTH + "]" * MAX_DEPTH)),
        (b"[" + b"[]," * 200 + b"[]]", [[]] * 201),
    ],
)
def test_what_is_odd_but_honest_is_read(body: bytes, value: object) -> None:
    assert read_json(body) == value


def test_malformed_json_names_the_offset() -> None:
    with pytest.raises(MalformedJson) as refused:
        read_json(b'{"a": }')
    assert refused.value.details[0].as_json() == {
        "type": "json_invalid",
        "loc": ["body", 6],
        "msg": "JSON decode error",
        "input": {},
        "ctx": {"error": "unexpected character, expected a JSON value"},
    }


@pytest.mark.skipif(not HOSTILE, reason=f"no hostile JSON under {DATA}")
def test_the_hostile_set_is_judged_as_it_should_be() -> None:
    wrong = []
    for file in HOSTILE:
        try:
            read_json(file.read_bytes())
        except ValidationFailed as refused:
            # A refusal of valid JSON must be for a reason of storage, never "not JSON".
            if file.name.startswith("y_") and isinstance(refused, MalformedJson):
                wrong.append(file.name)
        else:
            if file.name.startswith("n_"):
                wrong.append(file.name)
    assert wrong == []


_JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=20,
)


@pytest.mark.django_db
@given(_JSON_VALUES)
def test_what_is_accepted_reads_back_equal_from_jsonb(value: object) -> None:
    body = json.dumps({"value": value}).encode()
    try:
        accepted = read_json(body)
    except ValidationFailed:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT (%s::jsonb)::text", [json.dumps(accepted)])
        [stored] = cursor.fetchone()
    assert json.loads(stored) == json.loads(body)
