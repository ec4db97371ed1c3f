"""Forget a person everywhere."""

from argparse import ArgumentParser
from contextlib import nullcontext
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand

from smplat import clock
from smplat.db import rehearsal
from smplat.operations.persons import add_person_arguments, as_arguments, parse_person
from smplat.personal_data import erase_person


class Command(BaseCommand):
    help = (
        "Empties name, address and everything a person wrote, and withholds what was still to be sent to them. Orders, amounts and "
        "logs stay, under an id. Twice is once (docs/personal-data.md)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_person_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="Do it, say what was done, and roll it back.")

    def handle(self, *, email: str | None, customer: list[UUID] | None, dry_run: bool, **_: Any) -> None:
        person = parse_person(email=email, customer=customer)
        # Told first: once the address is forgotten, a run that was cut off can be repeated by id only.
        self.stdout.write(f"erase_person {as_arguments(person)}")
        with rehearsal() if dry_run else nullcontext():
            erased = erase_person(person, now=clock.now())
        for sentence in erased.remaining:
            self.stderr.write(f"{sentence} Evidence cannot be changed.")
        for sentence in erased.unfinished:
            self.stderr.write(f"{sentence} Run it again with {as_arguments(person)} in a few minutes.")
        counts = " ".join(f"{name}={count}" for name, count in erased.counts.items())
        self.stdout.write(f"{counts} unfinished={len(erased.unfinished)}{' dry_run=yes' if dry_run else ''}")
