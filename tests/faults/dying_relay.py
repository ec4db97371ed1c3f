"""A relay that kills itself with SIGKILL at a named step; run by test_outbox_killed.py as a process of its own."""

import itertools
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

django.setup()

from smplat.outbox import relay, topics  # noqa: E402 - after Django is ready
from smplat.outbox.actions import record_and_begin  # noqa: E402
from smplat.outbox.channels.registry import CARRIERS  # noqa: E402
from tests.smplat.outbox.conftest import TOPICS, HandClock  # noqa: E402

# As many as the test has written.
MESSAGES = 3


def die(*_args: Any, **_kwargs: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def then_die(call: Callable[..., Any], *, at_call: int = 1) -> Callable[..., Any]:
    """Die after that call of it, counted from one."""
    calls = itertools.count(1)

    def run(*args: Any, **kwargs: Any) -> Any:
        answer = call(*args, **kwargs)
        if next(calls) == at_call:
            die()
        return answer

    return run


def arm(step: str, channel: str) -> None:
    """Put the death in its place. A turn records one delivery and begins the next; the last one only records."""
    carrier: Any = CARRIERS[channel]
    match step:
        case "claimed":
            relay.record_and_begin = die
        case "begun":
            relay.record_and_begin = then_die(relay.record_and_begin)
        case "delivered":
            carrier.deliver = then_die(carrier.deliver)
        case "turn-written":
            # Everything of the second turn is written, nothing of it is committed.
            record_and_begin.settle = then_die(record_and_begin.settle, at_call=2)
        case "turn-committed":
            relay.record_and_begin = then_die(relay.record_and_begin, at_call=2)
        case "last-delivered":
            carrier.deliver = then_die(carrier.deliver, at_call=MESSAGES)
        case "recorded":
            relay.record_and_begin = then_die(relay.record_and_begin, at_call=MESSAGES + 1)
        case _:
            raise ValueError(step)


if __name__ == "__main__":
    channel, step = sys.argv[1:]
    topics._read_page = lambda _path: {topic.name: topic for topic in TOPICS}
    arm(step, channel)
    clock = HandClock()
    relay.relay_channel(channel, clock=clock, until=clock.later)
