"""POST /api/analytics/onboarding-events: the success page reports what happens on it (contract 2.5)."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from checkout.api.customer_access import TOKEN_REFUSALS, CustomerView
from checkout.api.parsing import parse_order_id
from checkout.errors import OrderNotFound
from onboarding.actions.record_experiments import record_experiments
from onboarding.actions.record_referral_copy import record_referral_copy
from onboarding.actions.start_journey import JourneyStarted, start_journey
from onboarding.actions.toggle_task import TaskToggled, toggle_task
from onboarding.api import openapi
from onboarding.api.parsing import parse_experiment, parse_introduction
from onboarding.api.reading import read_journey, read_task
from onboarding.api.serializers import ExperimentsInput, ReferralInput, StartInput
from onboarding.api.web_errors import (
    ChecklistUpdateIncomplete,
    EventOrderRequired,
    EventTypeRequired,
    NoValidExperiment,
    ReferralCopyIncomplete,
    SegmentIncomplete,
    UnsupportedEventType,
)
from onboarding.errors import JourneyNotFound, TaskNotFound
from onboarding.states import ActorType
from smplat import clock
from smplat.api.idempotency import receipt_for
from smplat.api.inputs import parse_id, read_input
from smplat.api.responses import answer
from smplat.api.scopes import Scope
from smplat.errors import Refusal

REFUSALS: Final[tuple[type[Refusal], ...]] = (
    *TOKEN_REFUSALS,
    EventTypeRequired,
    UnsupportedEventType,
    EventOrderRequired,
    ChecklistUpdateIncomplete,
    ReferralCopyIncomplete,
    SegmentIncomplete,
    NoValidExperiment,
    OrderNotFound,
    JourneyNotFound,
    TaskNotFound,
)


class OnboardingEventsView(CustomerView):
    """What the customer does on the success page of one order."""

    scopes: ClassVar = {"POST": Scope.JOURNEYS_WRITE}
    refusals: ClassVar = {"POST": REFUSALS}

    @openapi.record_onboarding_event
    def post(self, request: Request) -> HttpResponse:
        """Do what `eventType` says, through the same actions as the API."""
        body = self.json_body()
        event_type = body.get("eventType") if isinstance(body, dict) else None
        if not event_type or not isinstance(event_type, str):
            raise EventTypeRequired
        handle = _HANDLERS.get(event_type)
        if handle is None:
            raise UnsupportedEventType(f"Unsupported eventType: {event_type}")
        return handle(self, request, body)

    def open_order(self, body: Mapping[str, Any], *, otherwise: type[Refusal], complete: bool = True) -> UUID:
        """The order that the body names, if the caller may name it and the rest is there."""
        named = body.get("orderId")
        if not named or not isinstance(named, str) or not complete:
            raise otherwise
        order = parse_order_id(named)
        self.require_order(order)
        return order


def _start(view: OnboardingEventsView, request: Request, body: Mapping[str, Any]) -> HttpResponse:
    order = view.open_order(body, otherwise=EventOrderRequired)
    value = read_input(StartInput, body)
    started = start_journey(
        order_id=order,
        introduction=parse_introduction(value),
        now=clock.now(),
        receipt=receipt_for(request, render=_started),
    )
    return _started(started)


def _toggle(view: OnboardingEventsView, request: Request, body: Mapping[str, Any]) -> HttpResponse:
    named, completed = body.get("taskId"), body.get("completed")
    is_complete = isinstance(named, str) and bool(named) and isinstance(completed, bool)
    order = view.open_order(body, otherwise=ChecklistUpdateIncomplete, complete=is_complete)
    toggled = toggle_task(
        order_id=order,
        task_id=parse_id(str(named), name="task_id"),
        completed=bool(completed),
        actor=ActorType.CLIENT,
        now=clock.now(),
        receipt=receipt_for(request, render=_toggled),
    )
    return _toggled(toggled)


def _record_copy(view: OnboardingEventsView, request: Request, body: Mapping[str, Any]) -> HttpResponse:
    code = body.get("referralCode")
    order = view.open_order(body, otherwise=ReferralCopyIncomplete, complete=isinstance(code, str) and bool(code))
    value = read_input(ReferralInput, {"referral_code": code})
    record_referral_copy(
        order_id=order,
        referral_code=value["referral_code"],
        now=clock.now(),
        receipt=receipt_for(request, render=_recorded),
    )
    return _recorded(None)


def _record_segment(view: OnboardingEventsView, request: Request, body: Mapping[str, Any]) -> HttpResponse:
    sent = body.get("experiments")
    order = view.open_order(body, otherwise=SegmentIncomplete, complete=isinstance(sent, list) and bool(sent))
    entries = [entry for entry in sent or () if _is_named(entry)]
    if not entries:
        raise NoValidExperiment
    value = read_input(ExperimentsInput, {"experiments": entries})
    record_experiments(
        order_id=order,
        experiments=[parse_experiment(entry) for entry in value["experiments"]],
        now=clock.now(),
        receipt=receipt_for(request, render=_accepted),
    )
    return _accepted(None)


def _is_named(entry: Any) -> bool:
    return isinstance(entry, dict) and all(isinstance(entry.get(name), str) for name in ("slug", "variantKey"))


def _started(started: JourneyStarted) -> HttpResponse:
    return answer({"status": "ok", "journey": read_journey(started.order_id)})


def _toggled(toggled: TaskToggled) -> HttpResponse:
    return answer({"status": "ok", "task": read_task(toggled.task_id)})


def _recorded(_: Any) -> HttpResponse:
    return answer({"status": "ok"})


def _accepted(_: Any) -> HttpResponse:
    return answer({"status": "accepted"})


Handle = Callable[[OnboardingEventsView, Request, Mapping[str, Any]], HttpResponse]
_HANDLERS: Final[Mapping[str, Handle]] = {
    "journey_started": _start,
    "checklist_update": _toggle,
    "referral_copied": _record_copy,
    "pricing_experiment_segment": _record_segment,
}
