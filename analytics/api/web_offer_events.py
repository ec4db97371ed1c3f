"""POST /api/analytics/offer-events: the web tier's form, for its servers and for browsers (static/smplat-beacon.js)."""

from typing import ClassVar

from django.http import HttpResponse
from rest_framework.request import Request

from analytics.api.ingest import take_in_many, take_in_one
from analytics.api.ingest_schema import document_web
from analytics.api.offer_events import JSON, TEXT
from analytics.models import EventForm
from analytics.partition_errors import NoPartition
from analytics.rules.offer_event_batch import TooManyEvents, split_array
from analytics.rules.web_event import IncompleteWebEvent, read_web_event
from analytics.switches import IngestStopped, require_ingest
from smplat import clock
from smplat.api.bodies import BadCompression, read_body
from smplat.api.errors import BodyTooLarge, UnsupportedMediaType, ValidationFailed
from smplat.api.parsing import BYTE_ORDER_MARK, read_json
from smplat.api.scopes import Scope
from smplat.api.web_tier import WebTierView


class WebOfferEventsView(WebTierView):
    """Record one camelCase offer event, or a JSON array of them."""

    scopes: ClassVar = {"POST": Scope.EVENTS_WRITE}
    publishable_allowed: ClassVar[bool] = True
    keeps_history: ClassVar[bool] = False

    refusals: ClassVar = {
        "POST": (
            IncompleteWebEvent,
            ValidationFailed,
            BadCompression,
            BodyTooLarge,
            TooManyEvents,
            UnsupportedMediaType,
            IngestStopped,
            NoPartition,
        )
    }

    @document_web
    def post(self, request: Request) -> HttpResponse:
        """An object is one event and answered like one, an array is a batch and answered like one."""
        require_ingest()
        # A page that closes can send nothing but text/plain.
        body = read_body(request._request, media_types=(JSON, TEXT), gzip_allowed=True)  # noqa: SLF001 - as above all views
        now = clock.now()
        if body.removeprefix(BYTE_ORDER_MARK).lstrip().startswith(b"["):
            return take_in_many(
                lambda: split_array(body),
                read=read_web_event,
                form=EventForm.WEB,
                door="web",
                caller=self.caller,
                now=now,
            )
        return take_in_one(
            lambda window: read_web_event(read_json(body), window), door="web", caller=self.caller, now=now
        )
