"""The changing part of the journey page by itself: an open page asks for it every few seconds."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from onboarding.console.journey_page import build_journey_page, find_row, version_of
from onboarding.errors import JourneyNotFound
from smplat import clock
from smplat.console.pages import ConsolePage


class JourneyLive(ConsolePage):
    """204 as long as the page that asks shows the present version, otherwise the part anew."""

    path = "onboarding/journeys/<uuid:journey_id>/live/"
    name = "onboarding_journey_live"
    title = "The changing part of a journey's page"
    permission = "onboarding.view_journey"
    template_name = "onboarding/journey_live.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override] # noqa: ARG002 - Django's signature
        now = clock.now()
        try:
            row = find_row(self.kwargs["journey_id"], now=now)
        except JourneyNotFound:
            return HttpResponse(status=404)
        if request.GET.get("version") == version_of(row, now=now):
            return HttpResponse(status=204)
        source = request.GET.get("source", "")
        context = build_journey_page(journey_id=row.pk, person=self.person, source=source, now=now)
        answer = render(request, self.template_name, {**context, "was_updated": True})
        answer["Cache-Control"] = "no-store"
        return answer
