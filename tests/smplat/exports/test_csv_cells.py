"""Cells that spreadsheets show and never run."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smplat.exports.csv_cells import guard_text, read_text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(start):
    assert guard_text(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", "plain", "a=1", " =1", "'tis", "' OR 1=1 --", "1-2", "ñ"])
def test_other_text_is_left_alone(text):
    assert guard_text(text) == text


@given(st.text(alphabet="'=+-@\t\r\na", max_size=6) | st.text())
def test_what_was_guarded_reads_back_equal(text):
    assert read_text(guard_text(text)) == text


@given(st.text(alphabet="'=+-@\t\r\na,\"", max_size=6))
def test_no_cell_of_a_written_line_begins_like_a_formula(text):
    line = io.StringIO()
    csv.writer(line).writerow([guard_text(text)])
    (cell,) = next(csv.reader(io.StringIO(line.getvalue(), newline="")), [""])
    assert cell[:1] not in {"=", "+", "-", "@", "\t", "\r", "\n"}
