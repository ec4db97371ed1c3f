"""Show runbooks and carry out their steps."""

import sys
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from smplat import clock, history
from smplat.errors import Refusal
from smplat.operations import runbooks
from smplat.operations.actions.record_runbook import Verdict, start_runbook
from smplat.operations.models import RunbookStepRun
from smplat.operations.run_step import run_step
from smplat.operations.runbook_documents import Document, get_document, list_documents
from smplat.operations.runbooks import Step, StepContext, UnknownStep

SKIPPED = "skipped"


class Command(BaseCommand):
    help = "List runbooks, show one, or run its steps. Steps that only look are rolled back; steps that act ask first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`list`, `show` and `run`."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="every runbook and its steps")
        verbs.add_parser("show", help="the text of one runbook").add_argument("runbook")
        run = verbs.add_parser("run", help="run the steps that look, or those that are named")
        run.add_argument("runbook")
        run.add_argument("--step", action="append", default=[], help="only this step; may be repeated")
        run.add_argument("--reason", default="", help="why; needed by steps that act")
        run.add_argument("--yes", action="store_true", help="do not ask before a step that acts")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Door of the runbooks."""
        try:
            match options["verb"]:
                case "list":
                    self._list()
                case "show":
                    self.stdout.write(get_document(options["runbook"]).source)
                case _:
                    self._run(get_document(options["runbook"]), options)
        except (Refusal, UnknownStep) as refusal:
            raise CommandError(str(refusal)) from refusal

    def _list(self) -> None:
        documents = list_documents()
        known = runbooks.steps()
        for document in documents:
            self.stdout.write(f"{document.slug}: {document.title}")
            for name in document.steps:
                step = known.get(name)
                self.stdout.write(f"  {name}{'  (acts)' if step and step.acts else ''}  {step.title if step else '?'}")
        self.stdout.write(f"runbooks={len(documents)} steps={len(known)}")

    def _run(self, document: Document, options: dict[str, Any]) -> None:
        steps = _choose(document, options["step"])
        self._confirm([step for step in steps if step.acts], options)
        by, environment = history.process_name(), settings.ENVIRONMENT
        run_id = start_runbook(
            runbook=document.slug,
            steps=steps,
            by=by,
            environment=environment,
            reason=options["reason"],
            now=clock.now(),
        )
        counts: Counter[str] = Counter({SKIPPED: len(document.steps) - len(steps)})
        for step in steps:
            context = StepContext(now=clock.now(), by=by, environment=environment, reason=options["reason"])
            verdict = run_step(run_id=run_id, step=step, context=context, read_clock=clock.now)
            counts[verdict.outcome] += 1
            self._tell(step, verdict)
        summary = " ".join(f"{outcome}={counts[outcome]}" for outcome in _OUTCOMES)
        self.stdout.write(summary)
        if counts[RunbookStepRun.Outcome.FAILED] or counts[RunbookStepRun.Outcome.CRASHED]:
            raise CommandError(f"Not everything is as it should be: {summary}")

    def _confirm(self, acting: list[Step], options: dict[str, Any]) -> None:
        if not acting or options["yes"]:
            return
        names = ", ".join(step.name for step in acting)
        if not sys.stdin.isatty():
            raise CommandError(f"{names} changes things in {settings.ENVIRONMENT}: add --yes and --reason.")
        self.stdout.write(f"{names} changes things in {settings.ENVIRONMENT}.")
        if input("Type yes to go on: ").strip() != "yes":
            raise CommandError("Nothing was done.")
        options["reason"] = options["reason"] or input("Reason: ")

    def _tell(self, step: Step, verdict: Verdict) -> None:
        self.stdout.write(f"[{verdict.outcome}] {step.name}: {verdict.summary}")
        for name, value in verdict.evidence.items():
            self.stdout.write(f"    {name}: {value}")


_OUTCOMES = (
    RunbookStepRun.Outcome.PASSED,
    RunbookStepRun.Outcome.FAILED,
    RunbookStepRun.Outcome.CRASHED,
    SKIPPED,
)


def _choose(document: Document, named: list[str]) -> list[Step]:
    """The named steps, or all that only look: whoever wants to act says so by name."""
    foreign = [name for name in named if name not in document.steps]
    if foreign:
        raise UnknownStep(f"{document.slug} has no step {', '.join(foreign)}; it has {', '.join(document.steps)}")
    steps = [runbooks.get_step(name) for name in named or document.steps]
    return steps if named else [step for step in steps if not step.acts]
