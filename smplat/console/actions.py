"""Console actions: Unfold's, with types, and with what our actions must not lack.

Unfold's list, row and detail actions are links: without a dialog they run on GET, and without permissions they run for
everybody who may sign in. `acting` demands both; `reading` is for actions that change nothing (a download, a jump).

    @acting("Replay", question="Send this event through ingest again?", permission="analytics.replay_quarantinedevent")
    def replay(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        replay_quarantined_event(…, reason=form.cleaned_data["reason"], now=clock.now())
        messages.success(request, "Replayed.")
        return redirect("admin:analytics_quarantinedevent_changelist")
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

from smplat import history
from smplat.errors import Refusal

Method = TypeVar("Method", bound=Callable[..., Any])
# Long enough for a sentence and a ticket number.
REASON_MAX_LENGTH = 500


class DialogForm(BaseDialogForm):
    """A confirmation with nothing to fill in."""

    form_before_template = "console/partials/refusal.html"
    refusal = ""

    def refuse(self, refusal: Refusal) -> None:
        """Say why not: beside the field it is about, otherwise above all fields."""
        if refusal.field in self.fields:
            self.add_error(refusal.field, refusal.message)
        else:
            self.refusal = refusal.message

    def get_before_template_context(self, request: HttpRequest, object_id: Any = None) -> dict[str, Any]:  # noqa: ARG002 - Unfold's signature
        return {"refusal": self.refusal}


class ReasonForm(DialogForm):
    """A confirmation that asks why; the reason goes into the history."""

    reason = forms.CharField(
        max_length=REASON_MAX_LENGTH,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Kept in the history, beside your name.",
    )


def acting(
    title: str,
    *,
    question: str,
    permission: str,
    form: type[DialogForm] = ReasonForm,
    icon: str | None = None,
    is_dangerous: bool = False,
) -> Callable[[Method], Method]:
    """An action that changes something: asks `question` in a dialog, runs on POST, for those who hold `permission`.

    The method gets (request, form, object_id) on a row or a detail page, (request, form) on a list, and answers with a
    redirect. A Refusal it raises is shown in the dialog. The form's reason, if it has one, is in the history of all it changes.
    """
    dialog = {"title": title, "description": question, "form_class": form, "form_submit_text": title}

    def decorate(method: Method) -> Method:
        @wraps(method)
        def run(model_admin: Any, request: HttpRequest, form: DialogForm, **arguments: Any) -> HttpResponse:
            _check_row(model_admin, arguments)
            try:
                with history.why(form.cleaned_data.get("reason", "")):
                    response = method(model_admin, request, form, **arguments)
            except Refusal as refusal:
                form.refuse(refusal)
                words = {"dialog": dialog, "form": form, "form_submit_text": title}
                return render(request, "unfold/helpers/dialog.html", words)
            return _followed_by_the_page(request, response)

        decorated = action(
            description=title,
            permissions=[permission],
            icon=icon,
            variant=ActionVariant.DANGER if is_dangerous else ActionVariant.DEFAULT,
            dialog=dialog,
        )(run)
        return cast("Method", decorated)

    return decorate


def reading(title: str, *, permission: str, icon: str | None = None) -> Callable[[Method], Method]:
    """An action that changes nothing; the method gets (request, object_id) on a row or detail page, (request) on a list."""

    def decorate(method: Method) -> Method:
        @wraps(method)
        def run(model_admin: Any, request: HttpRequest, **arguments: Any) -> HttpResponse:
            _check_row(model_admin, arguments)
            response: HttpResponse = method(model_admin, request, **arguments)
            return response

        decorated = action(description=title, permissions=[permission], icon=icon)(run)
        decorated.changes_nothing = True
        return cast("Method", decorated)

    return decorate


def _check_row(model_admin: Any, arguments: dict[str, Any]) -> None:
    """An address that names no possible row is not found, whatever the action would make of it."""
    try:
        model_admin.opts.pk.to_python(arguments.get("object_id"))
    except ValidationError as wrong:
        raise Http404 from wrong


def _followed_by_the_page(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A dialog is posted by script, which would follow a redirect itself: this makes the page go there."""
    if "HX-Request" in request.headers and "Location" in response.headers:
        return HttpResponse(headers={"HX-Redirect": response.headers["Location"]})
    return response
