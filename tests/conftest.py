"""Fixtures every test may use."""

import pytest

from smplat.operations import switches


@pytest.fixture(autouse=True)
def _switches_are_asked_afresh() -> None:
    """A process remembers switches for a second; one test's flips are not the next one's."""
    switches.forget()
