"""Write everything that is kept of a person into one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from django.core.management.base import BaseCommand, CommandError

from smplat import clock
from smplat.api.responses import encode
from smplat.exports.atomic_file import replace_atomically
from smplat.operations.persons import add_person_arguments, parse_person
from smplat.personal_data import export_person


class Command(BaseCommand):
    help = "Writes one JSON file with everything that is kept of a person. Only you can read it; it appears when it is complete."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_person_arguments(parser)
        parser.add_argument("--output", type=Path, default=Path("person.json"), help="Default person.json.")

    def handle(self, *, email: str | None, customer: list[UUID] | None, output: Path, **_: Any) -> None:
        person = parse_person(email=email, customer=customer)
        domains = export_person(person)
        content = {"exported_at": clock.now(), "ids": person.ids, **domains}
        try:
            with replace_atomically(output, is_private=True) as file:
                # Through the API's encoder for amounts, then indented, since a person reads it.
                file.write(orjson.dumps(orjson.loads(encode(content)), option=orjson.OPT_INDENT_2))
        except OSError as failed:
            raise CommandError(f"{output} could not be written: {failed.strerror or failed}.") from failed
        rows = sum(len(table) for domain in domains.values() for table in domain.values())
        self.stdout.write(f"exported={rows} people={len(person.ids)} output={output}")
