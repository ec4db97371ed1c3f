"""Print the SQL that restricts the role of web, workers and beat."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from smplat.operations.restricted_role import grant_statements


class Command(BaseCommand):
    help = (
        "Print SQL that lets an existing role read and write rows and nothing else; run it as the owner after migrate."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The role."""
        parser.add_argument("role")

    def handle(self, *_args: Any, **options: Any) -> None:
        """One statement a line; all take effect at once, so that a role in use is never without its rights."""
        self.stdout.write("BEGIN;")
        for statement in grant_statements(options["role"]):
            self.stdout.write(statement.as_string(None))
        self.stdout.write("COMMIT;")
