"""A relay that kills itself with SIGKILL at a named step; run by test_outbox_killed.py as a process of its own."""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

django.setup()

from smplat.outbox import relay, topics  # noqa: E402 - after Django is ready
from smplat.outbox.channels.registry import CARRIERS  # noqa: E402
from tests.smplat.outbox.conftest import TOPICS, HandClock  # noqa: E402


def die(*_args: Any, **_kwargs: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def then_die(call: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> None:
        call(*args, **kwargs)
        die()

    return run


def arm(step: str, channel: str) -> None:
    """Put the death in its place."""
    carrier: Any = CARRIERS[channel]
    match step:
        case "claimed":
            relay.begin_attempt = die
        case "begun":
            relay.begin_attempt = then_die(relay.begin_attempt)
        case "delivered":
            carrier.deliver = then_die(carrier.deliver)
        case "recorded":
            relay._relay_parcel = then_die(relay._relay_parcel)
        case _:
            raise ValueError(step)


if __name__ == "__main__":
    channel, step = sys.argv[1:]
    topics._read_page = lambda _path: {topic.name: topic for topic in TOPICS}
    arm(step, channel)
    clock = HandClock()
    relay.relay_channel(channel, clock=clock, until=clock.later)
