"""docs/outbox.md says what the code says."""

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from smplat.outbox.rules import RETRY_POLICIES
from smplat.outbox.topics import Topic
from smplat.subscriptions import TOPICS

PAGE = (settings.BASE_DIR / "docs" / "outbox.md").read_text()


def line_of(topic: Topic) -> str:
    cells = [
        f"`{topic.name}`",
        topic.title,
        ", ".join(topic.channels),
        topic.category,
        ", ".join(f"`{handler}`" for handler in topic.handlers),
        "yes" if topic.is_public else "no",
    ]
    return f"| {' | '.join(cells)} |"


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_every_topic_stands_in_the_docs_as_it_is_declared(topic):
    assert line_of(topic) in PAGE


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_every_subscribed_handler_exists(topic):
    assert all(callable(import_string(handler)) for handler in topic.handlers)


@pytest.mark.parametrize("channel", list(RETRY_POLICIES))
def test_the_docs_tell_the_attempts_of_every_channel(channel):
    (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| {channel} |")]
    assert f"| {RETRY_POLICIES[channel].max_attempts} |" in line
