"""Play recorded storefront traffic against a running platform."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from analytics.storefront.plan import (
    Outgoing,
    in_batches,
    prepare_request,
    shift_into_window,
    shuffled,
    with_duplicates,
)
from analytics.storefront.player import Player
from analytics.storefront.recording import STANDARD_INPUT, Survey, read_recordings, survey_recordings
from analytics.storefront.wire import BATCH_MAX_EVENTS
from smplat import clock

# At a pace, events wait no longer than this for the rest of their batch, as in a browser's beacon.
BATCH_WINDOW_SECONDS = 1.0


class Command(BaseCommand):
    """Play recorded storefront traffic over HTTP. Needs no database: it is a client like any other."""

    help = "Plays recorded storefront traffic (docs/replay.md) against a running platform over HTTP."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "files", nargs="+", metavar="FILE", help="recording (NDJSON, also .gz); - reads standard input"
        )
        parser.add_argument(
            "--base-url", required=True, help="where the platform answers, such as http://127.0.0.1:8000"
        )
        parser.add_argument("--key", required=True, help="API key with the scopes the recorded requests need")
        parser.add_argument(
            "--speed", type=float, default=0, help="times real time; 0 (default) is as fast as possible"
        )
        parser.add_argument(
            "--batch",
            type=int,
            default=0,
            metavar="N",
            help="send up to N neighbouring offer events as one batch request",
        )
        parser.add_argument("--concurrency", type=int, default=4, help="connections (default 4)")
        parser.add_argument("--retries", type=int, default=5, help="further attempts with the same ids (default 5)")
        parser.add_argument(
            "--duplicates",
            type=float,
            default=0,
            metavar="SHARE",
            help="share of requests sent twice on purpose, 0 to 1",
        )
        parser.add_argument("--shuffle", type=int, metavar="SEED", help="play in an order that only SEED decides")
        parser.add_argument(
            "--seed", type=int, default=0, help="decides which requests --duplicates repeats (default 0)"
        )
        shift = parser.add_mutually_exclusive_group()
        shift.add_argument("--shift-days", type=int, default=0, help="move recorded times by whole days")
        shift.add_argument(
            "--shift-into-window",
            action="store_true",
            help="move recorded times by whole days so that the newest lies within the last day",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Play, then print what became of it.

        Raises:
            CommandError: an option makes no sense, a file cannot be read, or something was refused or not sent.
        """
        _check_options(options)
        try:
            survey = survey_recordings(options["files"]) if STANDARD_INPUT not in options["files"] else None
            player = self._play(survey, options)
        except OSError as error:
            raise CommandError(f"Cannot read the recording: {error}") from error
        self._print_summary(player)
        if not player.tally.is_complete:
            raise CommandError("Not everything was taken in; the lines above say what was refused or left unsent.")

    def _play(self, survey: Survey | None, options: dict[str, Any]) -> Player:
        with tqdm(total=survey.lines if survey else None, unit="event", disable=not sys.stderr.isatty()) as bar:
            player = Player(
                base_url=options["base_url"],
                key=options["key"],
                concurrency=options["concurrency"],
                retries=options["retries"],
                speed=options["speed"],
                progress=bar.update,
            )
            player.play(_plan(options, shift=_shift(survey, options)))
        return player

    def _print_summary(self, player: Player) -> None:
        tally = player.tally
        for problem in tally.problems:
            self.stderr.write(problem)
        rate = tally.counts["sent"] / player.seconds if player.seconds else 0.0
        self.stdout.write(
            f"requests {tally.requests} in {player.seconds:.1f} s, {tally.retries} retries, {rate:.0f} events/s"
        )
        self.stdout.write(
            f"latency p50 {tally.percentile_milliseconds(0.50):.1f} ms, p99 {tally.percentile_milliseconds(0.99):.1f} ms"
        )
        names = ("sent", "accepted", "duplicate", "quarantined", "refused", "unsent")
        self.stdout.write(" ".join(f"{name}={tally.counts[name]}" for name in names))


def _plan(options: dict[str, Any], *, shift: timedelta) -> Iterator[Outgoing]:
    """The requests in the order they are sent."""
    requests: Iterator[Outgoing] = (
        prepare_request(recorded, shift=shift) for recorded in read_recordings(options["files"])
    )
    if options["duplicates"]:
        requests = with_duplicates(requests, share=options["duplicates"], seed=options["seed"])
    if options["shuffle"] is not None:
        requests = shuffled(requests, seed=options["shuffle"])
    speed = options["speed"]
    span = timedelta(seconds=BATCH_WINDOW_SECONDS * speed) if speed else None
    return in_batches(requests, size=max(1, options["batch"]), max_span=span) if options["batch"] else requests


def _shift(survey: Survey | None, options: dict[str, Any]) -> timedelta:
    if options["shift_into_window"] and survey and survey.newest_at:
        return shift_into_window(survey.newest_at, now=clock.now())
    return timedelta(days=options["shift_days"])


def _check_options(options: dict[str, Any]) -> None:
    if not options["base_url"].startswith(("http://", "https://")):
        raise CommandError("--base-url must start with http:// or https://.")
    if not 0 <= options["duplicates"] <= 1:
        raise CommandError("--duplicates is a share from 0 to 1.")
    if not 0 <= options["batch"] <= BATCH_MAX_EVENTS:
        raise CommandError(f"--batch takes 1 to {BATCH_MAX_EVENTS} events.")
    if options["concurrency"] < 1 or options["retries"] < 0 or options["speed"] < 0:
        raise CommandError("--concurrency is at least 1; --retries and --speed are not negative.")
    if options["shuffle"] is not None and options["speed"]:
        raise CommandError("--shuffle has no pace: leave --speed at 0.")
    if options["shift_into_window"] and STANDARD_INPUT in options["files"]:
        raise CommandError("--shift-into-window reads the recording twice: give a file instead of standard input.")
