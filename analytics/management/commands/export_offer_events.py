"""manage.py export_offer_events: offer events of the last days as a file."""

import sys
from argparse import ArgumentParser
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from tqdm import tqdm

from analytics.export import count_offer_events, export_offer_events
from smplat import clock
from smplat.errors import Refusal
from smplat.exports.atomic_file import STANDARD_OUTPUT, open_output
from smplat.exports.formats import Format

DEFAULT_LOOKBACK_DAYS = 7
# Centuries back; more would leave the calendar.
LONGEST_LOOKBACK_DAYS = 36_500


class Command(BaseCommand):
    # They import every page of the console, a third of the time that the command takes to start.
    requires_system_checks: list[str] = []
    help = (
        "Writes the offer events received in the last days, newest first, as CSV, JSON, NDJSON or Parquet. "
        "The file appears only when it is complete. Exit code 0, or 1 with a sentence on standard error."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--lookback-days", type=int, default=DEFAULT_LOOKBACK_DAYS, help="Days back from now (default 7)."
        )
        parser.add_argument("--format", choices=Format.values, default=Format.CSV.value, help="Default csv.")
        parser.add_argument(
            "--output", type=Path, help="A path, or - for standard output (default checkout-offer-events.<format>)."
        )

    def handle(self, *, lookback_days: int, format: str, output: str | Path | None, **_options: Any) -> None:  # noqa: A002 - the option's name
        if not 0 < lookback_days <= LONGEST_LOOKBACK_DAYS:
            raise CommandError(f"--lookback-days must be from 1 to {LONGEST_LOOKBACK_DAYS}.")
        since = clock.now() - timedelta(days=lookback_days)
        path = Path(output or f"checkout-offer-events.{format}")
        try:
            count = self._export(since=since, chosen=Format(format), path=path)
        except Refusal as refused:
            raise CommandError(refused.message) from refused
        except DatabaseError as failed:
            reason = str(failed).partition("\n")[0]
            raise CommandError(f"The database did not deliver the events: {reason}") from failed
        except OSError as failed:
            place = "Standard output" if path == STANDARD_OUTPUT else path
            raise CommandError(f"{place} could not be written: {failed.strerror or failed}.") from failed
        # Standard output may be the export itself.
        summary = self.stderr if path == STANDARD_OUTPUT else self.stdout
        summary.write(
            f"exported={count} format={format} lookback_days={lookback_days} output={path}", lambda text: text
        )

    def _export(self, *, since: datetime, chosen: Format, path: Path) -> int:
        watched = sys.stderr.isatty()
        with (
            open_output(path) as file,
            tqdm(
                total=count_offer_events(since=since) if watched else None,
                disable=not watched,
                unit=" events",
                unit_scale=True,
                file=sys.stderr,
            ) as progress,
        ):
            return export_offer_events(since=since, chosen=chosen, output=file, on_written=progress.update)
