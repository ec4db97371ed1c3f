"""The buttons that bring a stalled order back: to its customer, to a person, or not before a moment."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from checkout.actions.acknowledge_escalation import acknowledge_escalation
from checkout.actions.escalate_order import escalate_order
from checkout.actions.prompt_order_now import prompt_order_now
from checkout.actions.resolve_escalation import resolve_escalation
from checkout.actions.snooze_order import snooze_order, wake_order
from checkout.console.order_actions import MOVES, back_to_order, operator
from checkout.console.recovery_forms import EscalateForm, ResolveForm, SnoozeForm
from checkout.errors import EscalationNotFound, PromptRefused
from checkout.models import Escalation
from checkout.rules.reasons import say_reason
from smplat import clock
from smplat.console.actions import DialogForm, ReasonForm, acting

PROMPTS, OVERRIDES, HANDLES = "checkout.prompt_customer", "checkout.override_prompt", "checkout.change_escalation"


class RecoveryActions:
    """Put it before the ModelAdmin of orders."""

    @acting(
        "Prompt now",
        question="Write to the customer now? The rules of the sweep still apply: consent, quiet hours, holds, the cap.",
        permission=PROMPTS,
        icon="send",
    )
    def prompt_now(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        return _prompt(request, form, object_id, overrides=False)

    @acting(
        "Prompt anyway",
        question="Write to the customer although a rule stands against it? Timing, holds, the cap and the comparison can "
        "be overridden; a customer who said no, or an order that is over, cannot.",
        permission=OVERRIDES,
        icon="priority_high",
        is_dangerous=True,
    )
    def prompt_anyway(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        return _prompt(request, form, object_id, overrides=True)

    @acting(
        "Snooze",
        question="Leave the customer alone until then? A later snooze replaces this one.",
        permission=MOVES,
        form=SnoozeForm,
        icon="snooze",
    )
    def snooze(self, request: HttpRequest, form: SnoozeForm, object_id: str) -> HttpResponse:
        until, by = form.cleaned_data["until"], request.user.get_username()
        reason = form.cleaned_data["reason"]
        snooze_order(order_id=UUID(object_id), until=until, reason=reason, by=by, now=clock.now())
        return back_to_order(request, object_id, f"Snoozed until {timezone.localtime(until):%Y-%m-%d %H:%M}.")

    @acting("End snooze", question="Let the next sweep decide about it again?", permission=MOVES, icon="alarm_on")
    def wake(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:  # noqa: ARG002 - the reason is kept by the history
        ended = wake_order(order_id=UUID(object_id), by=request.user.get_username(), now=clock.now())
        return back_to_order(request, object_id, "The snooze is over." if ended else "It was not snoozed.")

    @acting(
        "Escalate",
        question="Call a person for this order? It stands in the queue of escalations with the deadline of its stage.",
        permission=MOVES,
        form=EscalateForm,
        icon="notification_important",
    )
    def escalate(self, request: HttpRequest, form: EscalateForm, object_id: str) -> HttpResponse:
        escalate_order(order_id=UUID(object_id), note=form.cleaned_data["note"], now=clock.now())
        return back_to_order(request, object_id, "It stands in the queue of escalations.")

    @acting(
        "Acknowledge",
        question="Take this escalation? It is yours from then on, and nobody is called again.",
        permission=HANDLES,
        form=DialogForm,
        icon="front_hand",
    )
    def acknowledge(self, request: HttpRequest, form: DialogForm, object_id: str) -> HttpResponse:  # noqa: ARG002 - the dialog only asks
        acknowledge(request, open_escalation_of(object_id))
        return back_to_order(request, object_id, "The escalation is yours.")

    @acting(
        "Resolve",
        question="End this escalation? The order itself stays where it is.",
        permission=HANDLES,
        form=ResolveForm,
        icon="task_alt",
    )
    def resolve(self, request: HttpRequest, form: ResolveForm, object_id: str) -> HttpResponse:
        resolve_escalation(
            escalation_id=open_escalation_of(object_id), resolution=form.cleaned_data["resolution"], now=clock.now()
        )
        return back_to_order(request, object_id, "The escalation is resolved.")


def open_escalation_of(order_id: str) -> UUID:
    """The escalation of an order that nobody resolved yet.

    Raises:
        EscalationNotFound: there is none.
    """
    open_ones = Escalation.objects.filter(order_id=UUID(order_id), resolved_at__isnull=True)
    found = open_ones.values_list("pk", flat=True).first()
    if found is None:
        raise EscalationNotFound("No escalation of this order is open.")
    return found


def acknowledge(request: HttpRequest, escalation_id: UUID) -> None:
    """The signed-in person takes it."""
    person = request.user
    assert person.is_authenticated
    acknowledge_escalation(escalation_id=escalation_id, by=person, now=clock.now())


def _prompt(request: HttpRequest, form: ReasonForm, object_id: str, *, overrides: bool) -> HttpResponse:
    reason = form.cleaned_data["reason"]
    try:
        prompted = prompt_order_now(
            order_id=UUID(object_id), by=operator(request), reason=reason, overrides=overrides, now=clock.now()
        )
    except PromptRefused as refused:
        raise PromptRefused(_why_no_prompt(refused), extra=refused.extra) from refused
    if prompted.despite:
        messages.warning(request, f"A rule was overridden: {say_reason(prompted.despite)}")
    return back_to_order(request, object_id, f"Prompt {prompted.number} of this stage is on its way.")


def _why_no_prompt(refused: PromptRefused) -> str:
    why = f"No prompt now. {say_reason(refused.extra['reason'])}"
    return f"{why} On-call may prompt anyway." if refused.extra.get("canOverride") else why
