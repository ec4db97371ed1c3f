"""One order's journey over HTTP, for the storefront (contract 3.4 to 3.8)."""

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from checkout.api.parsing import parse_order_id
from checkout.errors import OrderNotFound
from onboarding.actions.record_experiments import record_experiments
from onboarding.actions.record_referral_copy import record_referral_copy
from onboarding.actions.start_journey import JourneyStarted, start_journey
from onboarding.actions.toggle_task import toggle_task
from onboarding.api import openapi
from onboarding.api.parsing import parse_experiment, parse_introduction
from onboarding.api.reading import read_journey, read_task
from onboarding.api.serializers import ExperimentsInput, ReferralInput, StartInput, ToggleInput
from onboarding.errors import JourneyNotFound, TaskNotFound
from onboarding.states import ActorType
from smplat import clock
from smplat.api.idempotency import receipt_for
from smplat.api.inputs import parse_id, read_input
from smplat.api.responses import answer
from smplat.api.scopes import Scope
from smplat.api.views import ApiView


class JourneyView(ApiView):
    """The journey of one order."""

    scopes = {"GET": Scope.JOURNEYS_READ, "POST": Scope.JOURNEYS_WRITE}
    refusals = {"GET": (JourneyNotFound,), "POST": (OrderNotFound,)}

    @openapi.get_journey
    def get(self, request: Request, order_id: str) -> HttpResponse:  # noqa: ARG002
        """Reads only: a journey that nobody started is not found."""
        return answer(read_journey(parse_order_id(order_id)))

    @openapi.start_journey
    def post(self, request: Request, order_id: str) -> HttpResponse:
        """Make the journey at the first call, and take in what the storefront says; what it leaves out stays."""
        order = parse_order_id(order_id)
        value = read_input(StartInput, self.json_body())
        started = start_journey(
            order_id=order,
            introduction=parse_introduction(value),
            now=clock.now(),
            receipt=receipt_for(request, render=_started),
        )
        return _started(started)


class TaskView(ApiView):
    """One task of an order's journey."""

    scopes = {"PATCH": Scope.JOURNEYS_WRITE}
    refusals = {"PATCH": (JourneyNotFound, TaskNotFound)}

    @openapi.toggle_task
    def patch(self, request: Request, order_id: str, task_id: str) -> HttpResponse:  # noqa: ARG002
        """Complete it or reopen it; asking for what is so already answers alike and writes nothing."""
        order, task = parse_order_id(order_id), parse_id(task_id, name="task_id")
        value = read_input(ToggleInput, self.json_body())
        toggle_task(
            order_id=order,
            task_id=task,
            completed=value["completed"],
            actor=ActorType(value["actor"]),
            now=clock.now(),
        )
        return answer(read_task(task))


class ReferralView(ApiView):
    """Copies of an order's referral code."""

    scopes = {"POST": Scope.JOURNEYS_WRITE}
    refusals = {"POST": (OrderNotFound,)}

    @openapi.record_referral
    def post(self, request: Request, order_id: str) -> HttpResponse:
        """Record one."""
        order = parse_order_id(order_id)
        value = read_input(ReferralInput, self.json_body())
        record_referral_copy(
            order_id=order,
            referral_code=value["referral_code"],
            now=clock.now(),
            receipt=receipt_for(request, render=_accepted),
        )
        return _accepted(None)


class PricingExperimentsView(ApiView):
    """Pricing experiments that an order took part in."""

    scopes = {"POST": Scope.JOURNEYS_WRITE}
    refusals = {"POST": (OrderNotFound,)}

    @openapi.record_experiments
    def post(self, request: Request, order_id: str) -> HttpResponse:
        """Record them; entries with a blank slug or variant are dropped."""
        order = parse_order_id(order_id)
        value = read_input(ExperimentsInput, self.json_body())
        record_experiments(
            order_id=order,
            experiments=[parse_experiment(entry) for entry in value["experiments"]],
            now=clock.now(),
            receipt=receipt_for(request, render=_accepted),
        )
        return _accepted(None)


def _started(started: JourneyStarted) -> HttpResponse:
    return answer(read_journey(started.order_id))


def _accepted(_: Any) -> HttpResponse:
    return answer({"status": "accepted"}, status=202)
