"""Fixtures of operations."""

from collections.abc import Iterator

import pytest

from smplat.operations import probe, views
from smplat.operations.pages import readiness


@pytest.fixture
def fresh_probe(monkeypatch: pytest.MonkeyPatch) -> Iterator[probe.Probe]:
    """A probe that remembers nothing, behind the views as well; its threads end before the database is flushed."""
    fresh = probe.Probe()
    monkeypatch.setattr(views, "probe", fresh)
    monkeypatch.setattr(readiness, "probe", fresh)
    yield fresh
    if fresh._round is not None:
        for thread in fresh._round.threads:
            thread.join()
