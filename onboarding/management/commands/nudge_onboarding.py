"""Nudge clients without Celery, or say what a sweep would do and why."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from onboarding.actions.sweep_nudges import Swept
from onboarding.explain import Explanation, TaskVerdict, explain_order
from onboarding.rules.nudges import Action
from onboarding.sweep import plan_sweep, run_sweep
from smplat import clock
from smplat.errors import Refusal
from smplat.operations.set_aside import explain_set_aside

BUDGET = timedelta(hours=1)


class Command(BaseCommand):
    help = "Remind clients of open onboarding tasks until nothing is due."

    def add_arguments(self, parser: CommandParser) -> None:
        """A sweep, its rehearsal, or the story of one order."""
        parser.add_argument(
            "--limit", type=int, help="Decide about so many journeys at most; default: all that are due."
        )
        parser.add_argument(
            "--idle-hours",
            type=int,
            metavar="N",
            help="This once, count a task as idle after N hours instead of the policy's; all other rules hold.",
        )
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--dry-run", action="store_true", help="Only count what would be decided; writes nothing.")
        choice.add_argument(
            "--explain", metavar="ORDER", help="Facts, verdicts and last decisions of an order; writes nothing."
        )

    def handle(
        self, *, limit: int | None, idle_hours: int | None, dry_run: bool, explain: str | None, **_: Any
    ) -> None:
        """Do one of the three."""
        if (limit is not None and limit < 1) or (idle_hours is not None and idle_hours < 1):
            raise CommandError("--limit and --idle-hours are at least 1.")
        now, idle_after = clock.now(), timedelta(hours=idle_hours) if idle_hours else None
        if explain:
            self._explain(explain)
        elif dry_run:
            self.stdout.write(f"dry-run {_summary(plan_sweep(now=now, idle_after=idle_after, limit=limit))}")
        else:
            total = run_sweep(
                clock=clock.now, until=now + BUDGET, idle_after=idle_after, limit=limit, on_batch=self._show
            )
            self.stdout.write(_summary(total))

    def _show(self, decided: int) -> None:
        """Progress, for a person who watches."""
        if self.stderr.isatty():
            self.stderr.write(f"{decided} journeys decided", ending="\r")

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
    return " ".join([f"journeys={swept.journeys} messages={swept.clients}", *counts, f"set_aside={swept.set_aside}"])


def _lines(explanation: Explanation) -> Iterator[str]:
    journey, client = explanation.journey, explanation.client
    yield f"Order {explanation.order_number}, journey {explanation.status}, due {explanation.due_at or 'never'}"
    yield f"  order canceled: {journey.is_order_canceled}, on hold: {journey.is_order_on_hold}, backdated: {journey.is_backdated}"
    yield f"  held: {journey.hold_reason or 'no'}"
    yield f"Client: address {client.has_address}, consents {client.consents}, time zone {client.time_zone}"
    yield f"  written to lately: {', '.join(f'{at:%Y-%m-%d %H:%M}' for at in sorted(client.messages_at)) or 'no'}"
    yield "Verdicts"
    for one in explanation.verdicts:
        yield from _verdict_lines(one)
    if not explanation.is_due:
        yield "  The sweep does not ask before it is due."
    if explanation.set_aside:
        yield from explain_set_aside(explanation.set_aside)
    yield "Decisions"
    for decision in explanation.decisions:
        about = decision.task.slug if decision.task else "journey"
        yield f"  {decision.decided_at:%Y-%m-%d %H:%M:%S} {about}: {decision.action}, {decision.reason} (policy version {decision.policy_version})"
    yield f"decisions={len(explanation.decisions)}"


def _verdict_lines(one: TaskVerdict) -> Iterator[str]:
    yield f"  {one.slug or 'journey'}: {one.verdict.action}, {one.verdict.reason}, next {one.verdict.next_due_at or 'not before something changes'}"
    if one.facts:
        due = f"{one.facts.due_at:%Y-%m-%d %H:%M}" if one.facts.due_at else "never"
        yield f"    last touched {one.facts.last_touch_at:%Y-%m-%d %H:%M}, due {due}, nudges sent {one.facts.nudges_sent}"
