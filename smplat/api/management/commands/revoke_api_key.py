"""Revoke an API key from a shell, for the day a key leaks and the console is out of reach."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from smplat import clock, history
from smplat.api.actions.revoke_api_key import revoke_api_key
from smplat.api.models import ApiKey
from smplat.errors import Refusal


class Command(BaseCommand):
    help = "Revoke the API keys with this prefix; every process refuses them within two seconds."

    def add_arguments(self, parser: CommandParser) -> None:
        """The prefix and a reason."""
        parser.add_argument(
            "prefix", help="How the key begins, as the console shows it (sk_ or pk_ and eight characters)."
        )
        parser.add_argument("--reason", required=True, help="Kept in the key's history.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Revoke what matches."""
        key_ids = list(ApiKey.objects.filter(prefix=options["prefix"]).values_list("pk", flat=True))
        if not key_ids:
            raise CommandError(f"No API key begins with {options['prefix']}.")
        with history.acting(who=history.process_name()):
            try:
                revoked = [revoke_api_key(key_id=pk, reason=options["reason"], now=clock.now()) for pk in key_ids]
            except Refusal as refusal:
                raise CommandError(refusal.message) from refusal
        again = sum(key.was_revoked_before for key in revoked)
        self.stdout.write(f"revoked={len(revoked) - again} revoked_before={again}")
