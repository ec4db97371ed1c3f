"""The buttons of an order that move it by hand; each asks first and keeps who and why."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from checkout.actions.change_order_status import change_order_status
from checkout.actions.record_stage_event import OperatorsWord, StageReport, record_stage_event
from checkout.actors import Actor
from checkout.console.order_forms import MoveForm, StageForm, StatusForm
from checkout.errors import StageEventRefused
from checkout.rules.position import Step
from checkout.states import ActorType, OrderStatus, Stage, StageStatus
from smplat import clock
from smplat.console.actions import acting

MOVES = "checkout.change_order"
_WHY_NOT = {
    "order-canceled": "The order is canceled: nothing moves any more.",
    "order-on-hold": "The order is on hold: change its status first.",
    "status-does-not-follow": "That cannot follow the stage's present status; a failed stage has to be retried first.",
}


class MoveActions:
    """Put it before the ModelAdmin of orders."""

    @acting(
        "Change status",
        question="The checkout follows the order: stages that are skipped are recorded as completed.",
        permission=MOVES,
        form=StatusForm,
        icon="swap_horiz",
    )
    def change_status(self, request: HttpRequest, form: StatusForm, object_id: str) -> HttpResponse:
        now, wanted = clock.now(), OrderStatus(form.cleaned_data["status"])
        change_order_status(
            order_id=UUID(object_id),
            wanted=wanted,
            by=operator(request),
            notes=form.cleaned_data["reason"],
            metadata=None,
            occurred_at=now,
            now=now,
            seen=form.cleaned_data["seen"],
        )
        return back_to_order(request, object_id, f"The order is {wanted.label.lower()}.")

    @acting(
        "Complete stage",
        question="Record the present stage as completed? The checkout goes on to the next one.",
        permission=MOVES,
        form=StageForm,
        icon="check_circle",
    )
    def complete_stage(self, request: HttpRequest, form: StageForm, object_id: str) -> HttpResponse:
        return _report(request, form, object_id, status=StageStatus.COMPLETED, done="The stage is completed.")

    @acting(
        "Fail stage",
        question="Record the present stage as failed? It stays there until somebody retries it.",
        permission=MOVES,
        form=StageForm,
        icon="error",
        is_dangerous=True,
    )
    def fail_stage(self, request: HttpRequest, form: StageForm, object_id: str) -> HttpResponse:
        return _report(request, form, object_id, status=StageStatus.FAILED, done="The stage is recorded as failed.")

    @acting(
        "Retry stage",
        question="Take the present stage up again? It is in progress from now on.",
        permission=MOVES,
        form=StageForm,
        icon="replay",
    )
    def retry_stage(self, request: HttpRequest, form: StageForm, object_id: str) -> HttpResponse:
        return _report(request, form, object_id, status=StageStatus.IN_PROGRESS, done="The stage is in progress again.")


def operator(request: HttpRequest) -> Actor:
    """The signed-in person as the order's log names them."""
    name = request.user.get_username()
    return Actor(ActorType.OPERATOR, id=str(request.user.pk), label=name)


def back_to_order(request: HttpRequest, object_id: str, sentence: str) -> HttpResponse:
    """Say what was done, on the order's page."""
    messages.success(request, sentence)
    return redirect("admin:checkout_order_change", object_id=object_id)


def _report(request: HttpRequest, form: MoveForm, object_id: str, *, status: StageStatus, done: str) -> HttpResponse:
    now, seen = clock.now(), form.cleaned_data["seen"]
    if seen.stage is Stage.COMPLETED:
        raise StageEventRefused("The checkout is complete: no stage is left. Change the status to reopen it.")
    report = StageReport(Step(seen.stage, status), form.cleaned_data["note"], {}, None, {}, now)
    word = OperatorsWord(operator(request), form.cleaned_data["reason"], seen)
    try:
        record_stage_event(order_id=UUID(object_id), report=report, person=word, now=now)
    except StageEventRefused as refused:
        raise StageEventRefused(_WHY_NOT.get(refused.extra.get("reason", ""), refused.message)) from refused
    return back_to_order(request, object_id, done)
