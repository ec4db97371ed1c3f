"""Create the partitions that events of the next months need."""

from argparse import ArgumentParser
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError

from analytics.actions.create_offer_event_partitions import MONTHS_AHEAD, create_offer_event_partitions
from smplat import clock


class Command(BaseCommand):
    """What the daily task does, by hand; also for months of the past, before old events are imported."""

    help = "Creates missing monthly partitions of offer events and receipts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--ahead", type=int, default=MONTHS_AHEAD, help="months from now (default %(default)s)")
        parser.add_argument("--back", type=int, default=0, help="months before now (default 0)")

    def handle(self, *, ahead: int, back: int, **_: Any) -> None:
        try:
            created = create_offer_event_partitions(now=clock.now(), ahead=ahead, back=back)
        except psycopg.OperationalError as error:
            raise CommandError(f"Partitions could not be created: {error}") from error
        for name in created.names:
            self.stdout.write(name)
        self.stdout.write(f"created={len(created.names)}")
