"""Issue an API key from a shell; the key is the only thing on standard output."""

import getpass
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from smplat import clock, history
from smplat.api.actions.issue_api_key import issue_api_key
from smplat.api.keys import KeyKind
from smplat.api.models import ApiClient
from smplat.api.scopes import Scope
from smplat.errors import Refusal


class Command(BaseCommand):
    help = "Issue an API key to a client (which is created when it is new) and print it once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Client, name, scopes, and for publishable keys their origins."""
        parser.add_argument("--client", required=True, help="Name of the API client.")
        parser.add_argument("--name", required=True, help="What the key is for.")
        parser.add_argument("--scope", required=True, action="append", choices=Scope.values, help="Repeatable.")
        parser.add_argument("--publishable", action="store_true", help="For browsers; needs --origin.")
        parser.add_argument("--origin", action="append", default=[], help="https://shop.example.com; repeatable.")
        parser.add_argument("--days", type=int, help="Days until the key expires; without it, it does not.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Issue the key."""
        now = clock.now()
        with history.acting(who=history.process_name()):
            client, _ = ApiClient.objects.get_or_create(name=options["client"])
            try:
                issued = issue_api_key(
                    client_id=client.pk,
                    name=options["name"],
                    kind=KeyKind.PUBLISHABLE if options["publishable"] else KeyKind.SECRET,
                    scopes=options["scope"],
                    allowed_origins=options["origin"],
                    expires_at=now + timedelta(days=options["days"]) if options["days"] is not None else None,
                    by=f"command:{getpass.getuser()}",
                    now=now,
                )
            except Refusal as refusal:
                raise CommandError(refusal.message) from refusal
        self.stdout.write(issued.plaintext)
        self.stderr.write(f"issued=1 key={issued.key_id} prefix={issued.prefix}")
