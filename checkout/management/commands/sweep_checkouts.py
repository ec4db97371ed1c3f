"""Sweep stalled checkouts without Celery, or say what a sweep would do and why."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from checkout.actions.sweep_checkouts import Swept
from checkout.explain import Explanation, explain_order
from checkout.rules.recovery import Action
from checkout.sweep import plan_sweep, run_sweep
from smplat import clock
from smplat.errors import Refusal
from smplat.operations.set_aside import explain_set_aside

BUDGET = timedelta(hours=1)


class Command(BaseCommand):
    help = "Prompt and escalate stalled checkouts until nothing is due."

    def add_arguments(self, parser: CommandParser) -> None:
        """A sweep, its rehearsal, or the story of one order."""
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--dry-run", action="store_true", help="Only count what would be decided; writes nothing.")
        choice.add_argument(
            "--explain", metavar="ORDER", help="Facts, verdict and last decisions of an order; writes nothing."
        )

    def handle(self, *, dry_run: bool, explain: str | None, **_: Any) -> None:
        """Do one of the three."""
        now = clock.now()
        if explain:
            self._explain(explain)
        elif dry_run:
            self.stdout.write(f"dry-run {_summary(plan_sweep(now=now))}")
        else:
            self.stdout.write(_summary(run_sweep(clock=clock.now, until=now + BUDGET, on_batch=self._show)))

    def _show(self, decided: int) -> None:
        """Progress, for a person who watches."""
        if self.stderr.isatty():
            self.stderr.write(f"{decided} decided", ending="\r")

    def _explain(self, order: str) -> None:
        try:
            explanation = explain_order(order, now=clock.now())
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        for line in _lines(explanation):
            self.stdout.write(line)


def _summary(swept: Swept) -> str:
    """Every action, also those that did not happen, so that scripts find their number."""
    counts = [f"{action}={swept.counts[action]}" for action in Action]
    return " ".join([f"decided={swept.counts.total()}", *counts, f"set_aside={swept.set_aside}"])


def _lines(explanation: Explanation) -> Iterator[str]:
    yield f"Order {explanation.order_number}, stage {explanation.stage}, due {explanation.due_at or 'never'}"
    yield "Facts"
    for name, value in asdict(explanation.facts).items():
        yield f"  {name}: {value}"
    yield f"Verdict: {explanation.verdict.action}, {explanation.verdict.reason}"
    if explanation.is_due:
        yield f"  next: {explanation.verdict.next_due_at or 'not before something changes'}"
    else:
        yield "  The sweep does not ask before it is due."
    if explanation.set_aside:
        yield from explain_set_aside(explanation.set_aside)
    yield "Decisions"
    for decision in explanation.decisions:
        yield f"  {decision.decided_at:%Y-%m-%d %H:%M:%S} {decision.action}, {decision.reason} (policy version {decision.policy_version})"
    yield f"decisions={len(explanation.decisions)}"
