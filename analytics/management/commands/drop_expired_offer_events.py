"""Drop the months of offer events that are older than they are kept."""

from argparse import ArgumentParser
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from analytics.actions.drop_expired_offer_events import drop_expired_offer_events
from smplat import clock


class Command(BaseCommand):
    """What the daily task does, by hand."""

    help = "Drops monthly partitions that ended longer ago than OFFER_EVENT_RETENTION_DAYS."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be dropped")

    def handle(self, *, dry_run: bool, **_: Any) -> None:
        try:
            done = drop_expired_offer_events(
                now=clock.now(), retention=settings.OFFER_EVENT_RETENTION, is_rehearsal=dry_run
            )
        except psycopg.OperationalError as error:
            raise CommandError(f"Partitions could not be dropped: {error}") from error
        for name in done.dropped:
            self.stdout.write(name)
        for name in done.unfolded:
            self.stderr.write(f"{name} stays: it holds events that are not in the rollups yet.")
        self.stdout.write(f"{'would_drop' if dry_run else 'dropped'}={len(done.dropped)} unfolded={len(done.unfolded)}")
