"""Compare journeys with their logs."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from tqdm import tqdm

from onboarding.actions.check_journey import check_journey
from onboarding.models import Journey
from onboarding.queries.records import compare_journeys

# A few thousand rows at a time: memory does not grow with the number of journeys.
CHUNK = 500


class Command(BaseCommand):
    """Replays every log and compares; a difference is looked at again with the journey held. Fails when one stays."""

    help = "Checks that the log of each journey rebuilds its state: tasks, progress, status, times. Changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--order", default="", help="only the journey of this order number")

    def handle(self, *, order: str, **_: Any) -> None:
        wanted = Q(order__order_number=order) if order else Q()
        journeys = Journey.objects.filter(wanted)
        checked = differing = 0
        with tqdm(total=journeys.count(), unit="journey", disable=not sys.stderr.isatty()) as bar:
            for ids in _chunks(wanted):
                for compared in compare_journeys(ids):
                    if compared.differences:
                        differing += self._look_again(compared.journey_id)
                checked += len(ids)
                bar.update(len(ids))
        summary = f"checked={checked} differing={differing}"
        if order and not checked:
            raise CommandError(f"Order {order} has no journey.")
        if differing:
            raise CommandError(summary)
        self.stdout.write(summary)

    def _look_again(self, journey_id: UUID) -> bool:
        """It may have changed between reading its tables and its log."""
        compared = check_journey(journey_id=journey_id)
        for sentence in compared.differences:
            self.stderr.write(f"{compared.order_number}: {sentence}")
        return bool(compared.differences)


def _chunks(wanted: Q) -> Iterator[list[UUID]]:
    after = UUID(int=0)
    while ids := list(Journey.objects.filter(wanted, pk__gt=after).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        yield ids
        after = ids[-1]
