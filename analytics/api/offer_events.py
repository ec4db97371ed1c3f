"""POST /api/v1/analytics/offer-events and …/batch."""

from collections.abc import Sequence
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request

from analytics.api.ingest import take_in_many, take_in_one
from analytics.api.ingest_schema import document_batch, document_one
from analytics.models import EventForm
from analytics.partition_errors import NoPartition
from analytics.rules.offer_event import read_event
from analytics.rules.offer_event_batch import TooManyEvents, read_api_form, split_array, split_lines
from analytics.switches import IngestStopped, require_ingest
from smplat import clock
from smplat.api.bodies import BadCompression, read_body
from smplat.api.errors import BodyTooLarge, UnsupportedMediaType, ValidationFailed
from smplat.api.scopes import Scope
from smplat.api.views import ApiView

JSON = "application/json"
NDJSON = "application/x-ndjson"
TEXT = "text/plain"


class OfferEventsView(ApiView):
    """Record one offer event."""

    scopes: ClassVar = {"POST": Scope.EVENTS_WRITE}
    publishable_allowed: ClassVar[bool] = True
    keeps_history: ClassVar[bool] = False

    refusals: ClassVar = {"POST": (ValidationFailed, BodyTooLarge, UnsupportedMediaType, IngestStopped, NoPartition)}

    @document_one
    def post(self, request: Request) -> HttpResponse:  # noqa: ARG002 - DRF's signature
        """Read, store, answer."""
        require_ingest()
        return take_in_one(
            lambda window: read_event(self.json_body(), window=window),
            door="single",
            caller=self.caller,
            now=clock.now(),
        )


class OfferEventBatchView(ApiView):
    """Record up to 1,000 offer events."""

    scopes: ClassVar = {"POST": Scope.EVENTS_WRITE}
    publishable_allowed: ClassVar[bool] = True
    keeps_history: ClassVar[bool] = False

    refusals: ClassVar = {
        "POST": (
            ValidationFailed,
            BadCompression,
            BodyTooLarge,
            TooManyEvents,
            UnsupportedMediaType,
            IngestStopped,
            NoPartition,
        )
    }

    @document_batch
    def post(self, request: Request) -> HttpResponse:
        """Cut the body into events, decide about each, answer."""
        require_ingest()
        return take_in_many(
            lambda: _split(request._request),  # noqa: SLF001 - DRF offers no other way to the plain request
            read=read_api_form,
            form=EventForm.API,
            door="batch",
            caller=self.caller,
            now=clock.now(),
        )


def _split(request: HttpRequest) -> Sequence[bytes]:
    body = read_body(request, media_types=(JSON, NDJSON, TEXT), gzip_allowed=True)
    media_type = request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if media_type == NDJSON or (media_type == TEXT and not body.lstrip().startswith(b"[")):
        return split_lines(body)
    return split_array(body)
