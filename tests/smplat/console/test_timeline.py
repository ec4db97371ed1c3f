"""One timeline out of many providers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from smplat.console import timeline
from smplat.console.timeline import Line, TimelineContext

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
CONTEXT = TimelineContext(order_id=UUID(int=1), may=lambda _: True, most=3)


def orders(context: TimelineContext) -> Iterator[Line]:
    """Status changes."""
    yield Line(at=NOON, source="Order", title="later written")
    yield Line(at=NOON, source="Order", title="earlier written")
    yield Line(at=NOON - timedelta(hours=2), source="Order", title="placed")


def tasks(context: TimelineContext) -> Iterator[Line]:
    """Tasks of the journey."""
    yield Line(at=NOON - timedelta(hours=1), source="Onboarding", title="task done")


def broken(context: TimelineContext) -> Iterator[Line]:
    """Weather."""
    raise ValueError(context.order_id)


@pytest.fixture(autouse=True)
def _only_these(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline, "_providers", {})
    for provider in (orders, tasks):
        timeline.register(provider)


def test_lines_of_all_providers_stand_together_newest_first() -> None:
    story = timeline.read(CONTEXT)
    assert [line.title for line in story.lines] == ["later written", "earlier written", "task done"]
    assert (story.sources, story.is_cut, story.failed) == (["Onboarding", "Order"], True, [])


def test_one_source_is_shown_alone_and_the_others_stay_on_offer() -> None:
    story = timeline.read(CONTEXT, source="Onboarding")
    assert [line.title for line in story.lines] == ["task done"]
    assert (story.sources, story.is_cut) == (["Onboarding", "Order"], False)


def test_a_provider_that_fails_is_named_and_the_others_stand() -> None:
    timeline.register(broken)
    story = timeline.read(CONTEXT)
    assert (len(story.lines), story.failed) == (3, ["Weather"])


def test_a_provider_that_does_not_say_what_it_tells_is_refused() -> None:
    with pytest.raises(ValueError, match="docstring"):
        timeline.register(lambda _: [])
