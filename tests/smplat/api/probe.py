"""Views and routes that exercise the kernel alone; tests use it as ROOT_URLCONF."""

from typing import ClassVar

from django.db import OperationalError
from django.http import HttpResponse
from rest_framework.request import Request

from smplat.api.bodies import MAX_BODY_BYTES
from smplat.api.idempotency import receipt_for
from smplat.api.models import ApiClient
from smplat.api.responses import answer
from smplat.api.routes import both_slash_forms
from smplat.api.scopes import Scope
from smplat.api.views import OPEN, ApiView
from smplat.db import Receipt, transaction
from smplat.errors import Conflict
from smplat.urls import handler400, handler403, handler404, handler500, urlpatterns  # noqa: F401


class EventsView(ApiView):
    """As the ingest: publishable keys, text/plain and gzip."""

    scopes: ClassVar = {"POST": Scope.EVENTS_WRITE}
    publishable_allowed = True
    keeps_history = False

    def post(self, request: Request) -> HttpResponse:
        body = self.body(media_types=("application/json", "text/plain"), gzip_allowed=True)
        return answer({"client": self.caller.client_name, "bytes": len(body)}, status=202)


class ReportsView(ApiView):
    scopes: ClassVar = {"GET": Scope.REPORTS_READ, "POST": Scope.EVENTS_WRITE}

    def get(self, request: Request) -> HttpResponse:
        return answer({"client": self.caller.client_name})

    def post(self, request: Request) -> HttpResponse:
        return answer({"value": self.json_body()})


class OpenView(ApiView):
    scopes: ClassVar = {"GET": OPEN}

    def get(self, request: Request) -> HttpResponse:
        return answer({"client": self.caller.client_name})


class BrokenView(ApiView):
    scopes: ClassVar = {"GET": OPEN, "DELETE": OPEN}

    def get(self, request: Request) -> HttpResponse:
        raise ZeroDivisionError

    def delete(self, request: Request) -> HttpResponse:
        raise OperationalError


class TooManyClients(Conflict):
    """There are enough clients."""

    code = "too-many-clients"


def create_client(*, name: str, receipt: Receipt | None) -> str:
    """The simplest use case that changes something."""
    with transaction(receipt=receipt) as keep:
        if name == "refused":
            raise TooManyClients
        ApiClient.objects.create(name=name)
        return keep(name)


class ClientsView(ApiView):
    scopes: ClassVar = {"POST": Scope.ORDERS_WRITE}

    def post(self, request: Request) -> HttpResponse:
        def render(name: str) -> HttpResponse:
            return answer({"name": name}, status=201)

        name = str(self.json_body()["name"])
        return render(create_client(name=name, receipt=receipt_for(request, render=render)))


LIMIT = MAX_BODY_BYTES
urlpatterns = [
    *both_slash_forms("api/v1/probe/events", EventsView.as_view(), name="probe-events"),
    *both_slash_forms("api/v1/probe/reports", ReportsView.as_view(), name="probe-reports"),
    *both_slash_forms("api/v1/probe/open", OpenView.as_view(), name="probe-open"),
    *both_slash_forms("api/v1/probe/broken", BrokenView.as_view(), name="probe-broken"),
    *both_slash_forms("api/v1/probe/clients", ClientsView.as_view(), name="probe-clients"),
    *urlpatterns,
]
