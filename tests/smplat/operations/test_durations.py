"""Lengths of time as people read them."""

from datetime import timedelta

import pytest

from smplat.operations.durations import write_duration


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(minutes=90), "1 h 30 min"),
        (timedelta(days=14), "14 d"),
        (timedelta(days=1, hours=12, seconds=59), "1 d 12 h"),
        (timedelta(seconds=59), "59 s"),
    ],
)
def test_a_length_is_written_in_its_units(length, words):
    assert write_duration(length) == words
