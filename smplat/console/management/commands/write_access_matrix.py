"""Write docs/access-matrix.md."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.management.base import BaseCommand, CommandError

from smplat.console.access_matrix import entries
from smplat.console.access_matrix_page import render

PAGE = Path("docs/access-matrix.md")


class Command(BaseCommand):
    help = "Write docs/access-matrix.md from the console's addresses, permissions and roles."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing, fail when the page is out of date")

    def handle(self, *_args: Any, **options: Any) -> None:
        path, found = settings.BASE_DIR / PAGE, entries(admin.site)
        text = render(found)
        if options["check"] and (not path.is_file() or path.read_text() != text):
            raise CommandError(f"{PAGE} is out of date: run manage.py write_access_matrix")
        if not options["check"]:
            path.write_text(text)
        self.stdout.write(f"entries={len(found)}")
