"""Deliver the outbox without Celery."""

import time
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand

from smplat import clock
from smplat.outbox.choices import Channel
from smplat.outbox.relay import relay_channel

# As often as the sweep of the scheduler.
PAUSE_SECONDS = 5
BUDGET = timedelta(minutes=10)


class Command(BaseCommand):
    help = "Deliver due messages; keeps running until stopped, or with --once until nothing is due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="stop when nothing is due")
        parser.add_argument(
            "--channel", action="append", choices=Channel.values, help="only this channel; may be repeated"
        )

    def handle(self, *, once: bool, channel: list[str] | None, **_: Any) -> None:
        channels = channel or Channel.values
        while True:
            for name in channels:
                tally = relay_channel(name, clock=clock.now, until=clock.now() + BUDGET)
                self.stdout.write(f"{name}: {tally}")
            if once:
                return
            time.sleep(PAUSE_SECONDS)
