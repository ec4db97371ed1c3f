"""Runbooks with buttons: the text, the steps that stand in it, and what they said last."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import mark_safe
from unfold.widgets import UnfoldAdminTextareaWidget

from smplat import clock
from smplat.console.pages import ConsolePage, FormPage
from smplat.operations import runbooks
from smplat.operations.actions.record_runbook import Verdict, start_runbook
from smplat.operations.models import RunbookRun, RunbookStepRun
from smplat.operations.run_step import run_step
from smplat.operations.runbook_documents import Block, Document, UnknownRunbook, get_document, list_documents
from smplat.operations.runbooks import Step, StepContext

LATEST_RUNS = 20
KINDS = {"passed": "good", "failed": "warning", "crashed": "critical", "started": "notice"}
LEVELS = {"passed": messages.SUCCESS, "failed": messages.WARNING, "crashed": messages.ERROR}


class RunbooksPage(ConsolePage):
    path = "operations/runbooks/"
    name = "operations_runbooks"
    title = "Runbooks"
    permission = "operations.view_runbookrun"
    template_name = "operations/runbooks.html"

    def get_page(self) -> dict[str, Any]:
        return {"documents": list_documents()}


class RunbookPage(ConsolePage):
    path = "operations/runbooks/<slug:runbook>/"
    name = "operations_runbook"
    title = "One runbook"
    permission = "operations.view_runbookrun"
    parent = ("admin:operations_runbooks", "Runbooks")
    template_name = "operations/runbook.html"

    def get_title(self) -> str:
        return find_document(self.kwargs["runbook"]).title

    def get_page(self) -> dict[str, Any]:
        document = find_document(self.kwargs["runbook"])
        latest = _latest_verdicts(document)
        runs = RunbookRun.objects.filter(runbook=document.slug).order_by("-started_at")[:LATEST_RUNS]
        return {
            "slug": document.slug,
            "deployment": settings.ENVIRONMENT,
            "blocks": [_block(block, latest) for block in document.blocks],
            "runs": [{"run": run, "verdicts": _marked(run.steps.all())} for run in runs.prefetch_related("steps")],
            "may_look": self.person.has_perm("operations.run_runbook"),
            "may_act": self.person.has_perm("operations.act_runbook"),
        }


class RunStepPage(FormPage):
    """What running a step has in common, whether it looks or acts."""

    parent = ("admin:operations_runbooks", "Runbooks")
    submit_label = "Run"
    acts = False

    def get_title(self) -> str:
        return self.step.title

    @property
    def step(self) -> Step:
        """The step of the address; a step of the other kind has the other address."""
        document = find_document(self.kwargs["runbook"])
        name = self.kwargs["step"]
        step = runbooks.steps().get(name)
        if step is None or name not in document.steps or step.acts is not self.acts:
            raise Http404(f"{document.slug} has no such step")
        return step

    def act(self, form: forms.Form) -> HttpResponse:
        verdict = self._run(self.step, reason=form.cleaned_data.get("reason", ""))
        messages.add_message(self.request, LEVELS[verdict.outcome], f"{self.step.title}: {verdict.summary}")
        return redirect("admin:operations_runbook", self.kwargs["runbook"])

    def _run(self, step: Step, *, reason: str) -> Verdict:
        by, environment, now = f"user:{self.person.get_username()}", settings.ENVIRONMENT, clock.now()
        run_id: UUID = start_runbook(
            runbook=self.kwargs["runbook"], steps=[step], by=by, environment=environment, reason=reason, now=now
        )
        context = StepContext(now=now, by=by, environment=environment, reason=reason)
        return run_step(run_id=run_id, step=step, context=context, read_clock=clock.now)


class LookForm(forms.Form):
    """Nothing to fill in."""


class ActForm(forms.Form):
    reason = forms.CharField(
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Kept with the run and in the history, beside your name.",
    )


class LookStepPage(RunStepPage):
    path = "operations/runbooks/<slug:runbook>/look/<str:step>/"
    name = "operations_runbook_look"
    title = "Run a step that looks"
    permission = "operations.run_runbook"
    form_class = LookForm
    lead = "This step only looks: whatever it writes is rolled back."


class ActStepPage(RunStepPage):
    path = "operations/runbooks/<slug:runbook>/act/<str:step>/"
    name = "operations_runbook_act"
    title = "Run a step that acts"
    permission = "operations.act_runbook"
    form_class = ActForm
    lead = "This step changes things, and what it changes stays."
    is_dangerous = True
    acts = True


def find_document(slug: str) -> Document:
    """The runbook, or a page that says there is none."""
    try:
        return get_document(slug)
    except UnknownRunbook as unknown:
        raise Http404(str(unknown)) from unknown


def _latest_verdicts(document: Document) -> dict[str, RunbookStepRun]:
    rows = RunbookStepRun.objects.filter(run__runbook=document.slug).select_related("run")
    return {row.step: row for row in rows.order_by("step", "-recorded_at", "-pk").distinct("step")}


def _block(block: Block, latest: dict[str, RunbookStepRun]) -> dict[str, Any]:
    if not block.step:
        # Rendered without raw HTML and without javascript: links (smplat.operations.runbook_documents).
        return {"html": mark_safe(block.html)}  # noqa: S308
    row = latest.get(block.step)
    return {
        "name": block.step,
        "step": runbooks.steps().get(block.step),
        "verdict": row,
        "kind": KINDS[row.outcome] if row else "",
    }


def _marked(rows: Iterable[RunbookStepRun]) -> list[dict[str, Any]]:
    return [{"row": row, "kind": KINDS[row.outcome]} for row in rows]
