"""Text in CSV cells that spreadsheets cannot take for a formula.

The rule, which loses nothing: a text cell that begins with `=`, `+`, `-`, `@`, tab, carriage return or line feed, or
with apostrophes before one of those, gets one apostrophe in front. To read it back, take one apostrophe off each
cell that begins with apostrophes and one of those characters. Numbers are written as numbers.
"""

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n]")


def guard_text(text: str) -> str:
    """The cell that shows `text` and never runs it."""
    return f"'{text}" if _FORMULA.match(text) else text


def read_text(cell: str) -> str:
    """The text that `guard_text` was given."""
    return cell[1:] if _GUARDED.match(cell) else cell
