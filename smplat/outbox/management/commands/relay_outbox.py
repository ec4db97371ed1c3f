"""Deliver the outbox without Celery."""

from argparse import ArgumentParser
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections

from smplat import clock
from smplat.outbox.choices import Channel
from smplat.outbox.relay import SLICE, relay_channel

# About as often as the sweep of the scheduler.
PAUSE_SECONDS = 5
NEVER = datetime.max.replace(tzinfo=UTC)


class Command(BaseCommand):
    help = "Deliver due messages; keeps running until stopped, or with --once until nothing is due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="stop when nothing is due")
        parser.add_argument(
            "--channel", action="append", choices=Channel.values, help="only this channel; may be repeated"
        )

    def handle(self, *, once: bool, channel: list[str] | None, **_: Any) -> None:
        """Each channel in a thread, so that a slow one does not hold up the others; the first error ends them all."""
        channels = channel or Channel.values
        stop = Event()
        with ThreadPoolExecutor(len(channels)) as pool:
            try:
                relays = [pool.submit(self._relay, name, stop, once=once) for name in channels]
                wait(relays, return_when=FIRST_EXCEPTION)
            finally:
                stop.set()
        for relay in relays:
            relay.result()

    def _relay(self, channel: str, stop: Event, *, once: bool) -> None:
        try:
            while True:
                tally = relay_channel(channel, clock=clock.now, until=NEVER if once else clock.now() + SLICE)
                self.stdout.write(f"{channel}: {tally}")
                if once or stop.wait(0 if tally.delivered else PAUSE_SECONDS):
                    return
        finally:
            connections.close_all()
