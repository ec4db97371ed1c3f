"""A page of topics for the outbox tests, a clock that moves by hand, and drafts."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from smplat import subscriptions
from smplat.db import transaction
from smplat.outbox import topics
from smplat.outbox.enqueue import Draft, Enqueued, enqueue
from smplat.outbox.models import Message
from smplat.outbox.topics import Topic

HERE = "tests.smplat.outbox.received"

TOPICS = (
    Topic(name="test.kept", title="A handler keeps it.", handlers=(f"{HERE}.keep",), is_public=True),
    Topic(name="test.failed", title="A handler fails.", handlers=(f"{HERE}.keep_and_fail",)),
    Topic(name="test.refused", title="A handler refuses.", handlers=(f"{HERE}.refuse",)),
    Topic(name="test.two", title="Two handlers, one fails.", handlers=(f"{HERE}.keep", f"{HERE}.keep_and_fail")),
    Topic(name="test.mail", title="A mail to a customer.", channels=("email",), category="order_updates", template="outbox/test"),
    Topic(name="test.offer", title="A mail to those who asked.", channels=("email",), category="marketing_messages", template="outbox/test"),
    Topic(name="test.slack", title="A line to the team.", channels=("slack",), template="outbox/test"),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _page_of_topics(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(subscriptions, "TOPICS", (*subscriptions.TOPICS, *TOPICS))
    topics._read_page.cache_clear()
    yield
    monkeypatch.undo()
    topics._read_page.cache_clear()


class HandClock:
    """Moves only when told."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **parts: float) -> datetime:
        self.moment += timedelta(**parts)
        return self.moment

    @property
    def later(self) -> datetime:
        """A moment a run does not reach, since time stands still."""
        return self.moment + timedelta(minutes=1)


@pytest.fixture
def hand_clock() -> HandClock:
    return HandClock()


Write = Callable[..., Message]


@pytest.fixture
def write(hand_clock: HandClock) -> Write:
    """Commit one message; any part of the draft may be given."""
    counter = iter(range(10_000))

    def _write(topic: str, **parts: object) -> Message:
        defaults = {
            "channel": "event",
            "recipient": f"{HERE}.keep",
            "payload": {"name": f"user-{next(counter)}"},
            "dedupe_key": f"cause-{next(counter)}",
        }
        with transaction():
            written: Enqueued = enqueue(Draft(topic=topic, **{**defaults, **parts}), now=hand_clock())
        return Message.objects.get(pk=written.message_id)

    return _write


ANA = UUID("0190f5d0-0000-7000-8000-00000000000a")
