"""Write docs/data-dictionary.md from the models."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from smplat.operations.data_dictionary import list_models, render


class Command(BaseCommand):
    help = "Writes docs/data-dictionary.md from the models."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        (settings.BASE_DIR / "docs" / "data-dictionary.md").write_text(render())
        self.stdout.write(f"tables={len(list_models())}")
