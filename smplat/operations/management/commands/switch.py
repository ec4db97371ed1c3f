"""Show switches and flip them."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from smplat import clock, history
from smplat.errors import Refusal
from smplat.operations import switches
from smplat.operations.actions.flip_switch import flip_switch
from smplat.operations.durations import parse_duration


class Command(BaseCommand):
    help = "List the switches, or turn one off or on: what it stops, stops everywhere within two seconds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`list`, or `on`/`off` with a name and a reason."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="every switch, how it stands and why")
        for verb in ("off", "on"):
            flip = verbs.add_parser(verb, help=f"turn a switch {verb}")
            flip.add_argument("name")
            flip.add_argument("--reason", required=True, help="kept in the history, beside your name")
            flip.add_argument("--for", dest="duration", help="turn it back by itself after 30m, 2h or 1d")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Door of `flip_switch`."""
        if options["verb"] == "list":
            self._list(clock.now())
        else:
            self._flip(options, clock.now())

    def _list(self, now: datetime) -> None:
        positions = switches.list_positions(now)
        width = max((len(position.switch.name) for position in positions), default=0)
        for position in positions:
            stands = "on " if position.is_on else "OFF"
            self.stdout.write(f"{stands}  {position.switch.name:<{width}}  {position.switch.title}{_why(position)}")
        off = sum(not position.is_on for position in positions)
        self.stdout.write(f"switches={len(positions)} off={off}")

    def _flip(self, options: dict[str, Any], now: datetime) -> None:
        try:
            expires_at = now + parse_duration(options["duration"]) if options["duration"] else None
            flipped = flip_switch(
                name=options["name"],
                on=options["verb"] == "on",
                by=history.process_name(),
                reason=options["reason"],
                now=now,
                expires_at=expires_at,
            )
        except (Refusal, ValueError) as refusal:
            raise CommandError(f"{options['name']}: {refusal}") from refusal
        until = f" until {flipped.expires_at:%Y-%m-%d %H:%M} UTC" if flipped.expires_at else ""
        self.stdout.write(f"{flipped.name} is {'on' if flipped.is_on else 'off'}{until}.")


def _why(position: switches.Position) -> str:
    flip = position.flip
    if flip is None or position.is_on:
        return ""
    until = f", until {flip.expires_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if flip.expires_at else ""
    return f"  ({flip.changed_by} at {flip.changed_at:%Y-%m-%d %H:%M} UTC{until}: {flip.reason})"
