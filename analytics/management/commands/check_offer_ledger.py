"""Compare the receipts of the ingest with its tables."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics.actions.check_ledger import HOURS_CHECKED, check_ledger
from smplat import clock


class Command(BaseCommand):
    """What the hourly task does, by hand and as far back as wanted. Fails when an hour differs."""

    help = "Checks that received = accepted + duplicate + quarantined, hour by hour, against the tables."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--hours", type=int, default=HOURS_CHECKED, help="how far back (default %(default)s)")

    def handle(self, *, hours: int, **_: Any) -> None:
        if hours < 1:
            raise CommandError("--hours must be at least 1.")
        checked = check_ledger(now=clock.now(), hours=hours)
        for hour in checked.differing:
            self.stderr.write(f"{hour.hour:%Y-%m-%d %H:%M} UTC: {hour.difference}")
        summary = f"hours={checked.hours} differing={len(checked.differing)}"
        if not checked.is_balanced:
            raise CommandError(summary)
        self.stdout.write(summary)
