"""Versions of checklists: drawing one up, and moving live journeys to it after a preview."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from onboarding.actions.move_journeys import move_journeys
from onboarding.actions.publish_template_version import NewVersion, VersionPublished, publish_template_version
from onboarding.console.journey_forms import WhyForm
from onboarding.console.reasons import say_nudge
from onboarding.console.template_forms import LineFormSet, Lines, NewTemplateForm, VersionForm, initial_rows
from onboarding.errors import TemplateNotFound
from onboarding.models import JourneyTemplate
from onboarding.queries.rehearsals import RehearsalReport, rehearse_checklist
from onboarding.rules.checklists import Line, check_lines
from onboarding.template_moves import preview_moves
from onboarding.templates import get_template, lines_of
from smplat import clock
from smplat.console.pages import ConsolePage, ConsoleView, FormPage

LIST = ("admin:onboarding_journeytemplate_changelist", "Checklists")
PUBLISHES, MOVES = "onboarding.add_journeytemplate", "onboarding.migrate_journeys"
# Of one answer; whoever has more live journeys presses again.
MOST_BATCHES = 10


class EditorPage(FormPage):
    """A form with a row for each task."""

    permission = PUBLISHES
    parent = LIST
    template_name = "onboarding/template_editor.html"
    lead = "New journeys take it from now on. Live ones stay on their version until you move them."
    submit_label = "Publish"

    @cached_property
    def rows(self) -> LineFormSet:
        """The tasks as they were sent, or as they are."""
        sent = self.request.POST if self.request.method == "POST" else None
        rows = Lines(sent, initial=self.get_rows(), prefix="tasks")
        assert isinstance(rows, LineFormSet)
        return rows

    def get_rows(self) -> list[dict[str, Any]]:
        """What the rows begin with."""
        return []

    def get_page(self) -> dict[str, Any]:
        return {"rows": self.rows}

    def get_slug(self, form: forms.Form) -> str:
        """Of the template."""
        raise NotImplementedError

    def act(self, form: forms.Form) -> HttpResponse:
        if not self.rows.is_valid():
            return self.form_invalid(form)
        values, lines = form.cleaned_data, self.rows.as_lines()
        if "rehearse" in self.request.POST:
            check_lines(lines)
            report = rehearse_checklist(lines=lines, product_category=values["product_category"], now=clock.now())
            return self.render_to_response(self.get_context_data(form=form, trial=shown(report, lines)))
        published = publish_template_version(
            new=NewVersion(
                slug=self.get_slug(form),
                title=values["title"],
                lines=lines,
                based_on=values["based_on"],
                product_category=values["product_category"],
            ),
            reason=values["reason"],
            by=self.person.get_username(),
            now=clock.now(),
        )
        return self._tell(published)

    def _tell(self, published: VersionPublished) -> HttpResponse:
        if published.is_new:
            messages.success(self.request, f"Version {published.version} is current: new journeys take it.")
        else:
            messages.info(self.request, "This is what is current already: no version was made.")
        return redirect("admin:onboarding_journeytemplate_change", object_id=str(published.template_id))


class NewTemplatePage(EditorPage):
    path = "onboarding/templates/new/"
    name = "onboarding_new_template"
    title = "New checklist"
    form_class = NewTemplateForm

    def get_initial(self) -> dict[str, Any]:
        return {"based_on": 0}

    def get_slug(self, form: forms.Form) -> str:
        return str(form.cleaned_data["slug"])


class OfOneTemplate(ConsoleView):
    """A page about one version; its address names it as `template_id`."""

    parent = LIST

    @cached_property
    def template(self) -> JourneyTemplate:
        """The version of the address."""
        try:
            return get_template(self.kwargs["template_id"])  # type: ignore[attr-defined]  # set by View.setup
        except TemplateNotFound as unknown:
            raise Http404 from unknown

    def get_title(self) -> str:
        return f"{self.title}: {self.template.title}"


class NewVersionPage(OfOneTemplate, EditorPage):
    path = "onboarding/templates/<uuid:template_id>/new-version/"
    name = "onboarding_new_version"
    title = "New version"
    permission = PUBLISHES
    form_class = VersionForm

    def get_initial(self) -> dict[str, Any]:
        template = self.template
        return {
            "title": template.title,
            "product_category": template.product_category,
            "based_on": template.version,
        }

    def get_rows(self) -> list[dict[str, Any]]:
        return initial_rows(lines_of(self.template))

    def get_slug(self, form: forms.Form) -> str:  # noqa: ARG002 - a new template asks for it
        return self.template.slug


class MovePage(OfOneTemplate, FormPage):
    """Move live journeys to the current version; the preview is the plan that is carried out."""

    path = "onboarding/templates/<uuid:template_id>/move/"
    name = "onboarding_move_journeys"
    title = "Move live journeys"
    permission = MOVES
    template_name = "onboarding/move.html"
    form_class = WhyForm
    submit_label = "Move them"

    def get_page(self) -> dict[str, Any]:
        preview = preview_moves(self.template.pk)
        return {
            "template": self.template,
            "totals": preview.totals,
            "rows": [
                (
                    move.order_number,
                    *(", ".join(slugs) or "\N{EN DASH}" for slugs in (move.kept, move.added, move.dropped)),
                )
                for move in preview.first
            ],
            "headers": ("Order", "Kept", "Added", "Dropped"),
        }

    def act(self, form: forms.Form) -> HttpResponse:
        moved, left = move_all(self.template.pk, reason=form.cleaned_data["reason"], by=self.person.get_username())
        words = f"Moved {moved:,} journey{'' if moved == 1 else 's'}."
        if left:
            messages.warning(self.request, f"{words} {left:,} are left: press again.")
            return redirect(self.request.path)
        messages.success(self.request, words)
        return redirect("admin:onboarding_journeytemplate_change", object_id=str(self.template.pk))


def move_all(template_id: UUID, *, reason: str, by: str) -> tuple[int, int]:
    """Batch after batch, each its own transaction: how many were moved, and how many are left."""
    moved, left = 0, 0
    for _ in range(MOST_BATCHES):
        batch = move_journeys(template_id=template_id, reason=reason, by=by, now=clock.now())
        moved, left = moved + batch.totals.journeys, batch.remaining
        if not left:
            break
    return moved, left


class TrialPage(OfOneTemplate, ConsolePage):
    """The checklist as it is, tried on the orders of the last quarter. It reads for some seconds and changes nothing."""

    path = "onboarding/templates/<uuid:template_id>/trial/"
    name = "onboarding_try_template"
    title = "Trial on the last quarter"
    permission = "onboarding.view_journeytemplate"
    template_name = "onboarding/trial.html"

    def get_page(self) -> dict[str, Any]:
        lines = lines_of(self.template)
        category = self.template.product_category
        return {
            "trial": shown(rehearse_checklist(lines=lines, product_category=category, now=clock.now()), lines),
            "template": self.template,
        }


def shown(report: RehearsalReport, lines: list[Line]) -> dict[str, Any]:
    """The report as pages show it."""
    result = report.result
    per_client = result.messages / result.clients if result.clients else 0
    return {
        "report": report,
        "orders": result.orders,
        "clients": result.clients,
        "messages": result.messages,
        "per_client": f"{per_client:.1f}",
        "headers": ("Task", "Named in reminders"),
        "rows": [(line.title, f"{result.named.get(line.slug, 0):,}") for line in lines],
        "reasons": [(say_nudge(reason), count) for reason, count in sorted(result.reasons.items())],
    }


PAGES = (NewTemplatePage, NewVersionPage, MovePage, TrialPage)
