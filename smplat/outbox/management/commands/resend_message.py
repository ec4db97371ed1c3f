"""Send messages again."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from smplat import clock
from smplat.errors import Refusal
from smplat.outbox.actions.resend_message import resend_message


class Command(BaseCommand):
    help = "Send a dead or suppressed message, or a delivered webhook, again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("message_id", type=UUID)
        parser.add_argument("--by", required=True, help="who does this")
        parser.add_argument("--reason", required=True, help="why")

    def handle(self, *, message_id: UUID, by: str, reason: str, **_: Any) -> None:
        try:
            resend_message(message_id=message_id, by=by, reason=reason, now=clock.now())
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write("resent=1")
