"""The reports page: what experiments brought in, live or exactly as known at the moment a deep link names.

Analytics owns it: it stands above all domains and may ask each for its figures; guardrails and escalations only cite its address.
"""

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from analytics.console.reports_chart import draw_trend
from onboarding.api.cursors import ConversionsPage, read_conversion_cursor
from onboarding.queries.experiments import list_conversions
from onboarding.queries.variants import list_variants, read_trend
from onboarding.rules.conversions import Conversion
from onboarding.slices import Slice, read_slice, slice_of
from smplat import clock
from smplat.console.pages import ConsolePage

CURSOR, ANCHOR = "conversionCursor", "experiment-analytics"
LIVE, HISTORICAL = "Live conversion snapshot", "Historical conversion slice"
PERMISSION = "onboarding.view_experimentsegment"
# More are in the API, page by page.
MOST_EXPERIMENTS = 100
# Lines of the chart.
TREND_EXPERIMENTS = 5


class ReportsPage(ConsolePage):
    path = "reports/"
    name = "reports"
    title = "Reports"
    permission = PERMISSION
    template_name = "analytics/reports.html"

    @property
    def cursor(self) -> str:
        """What the address pins, or empty."""
        return self.request.GET.get(CURSOR, "").replace("\0", "").strip()

    @cached_property
    def chosen(self) -> ConversionsPage:
        """The slice that the cursor names; without one what is known now."""
        now = clock.now()
        return read_conversion_cursor(self.cursor, now=now) if self.cursor else ConversionsPage(slice_of(now))

    def get_page(self) -> dict[str, Any]:
        known, pinned = self.chosen.slice, self.chosen.after_slug
        ranking = list_conversions(known)
        shown = ranking_from(ranking, pinned)[:MOST_EXPERIMENTS]
        slugs = [conversion.slug for conversion in shown]
        top = slugs[:TREND_EXPERIMENTS]
        return {
            "label": HISTORICAL if self.cursor else LIVE,
            "is_historical": bool(self.cursor),
            "cursor": self.cursor,
            "is_slice": read_slice(self.cursor) is not None,
            "pinned": pinned,
            "known_at": known.known_at,
            "rows": [(conversion, amounts_of(conversion)) for conversion in shown],
            "variants": list_variants(slugs, known=known),
            "chart": draw_trend(read_trend(top, known=known)) if top else None,
            "trend_names": top,
            "clear_url": f"{reverse('admin:reports')}#{ANCHOR}",
            "slice_url": slice_link(known),
            "funnel_url": reverse("admin:analytics_funnel"),
        }


class CitedReportsPage(ReportsPage):
    """The same at the address without a slash, which deep links cite."""

    path = "reports"
    name = "reports_cited"
    title = "Reports (as deep links cite it)"

    def get_title(self) -> str:
        return ReportsPage.title


def ranking_from(ranking: list[Conversion], slug: str) -> list[Conversion]:
    """The ranking from an experiment on; nothing when the experiment is not in it, never the top instead."""
    if not slug:
        return ranking
    places = [place for place, conversion in enumerate(ranking) if conversion.slug == slug]
    return ranking[places[0] :] if places else []


def amounts_of(conversion: Conversion) -> dict[str, Any]:
    """Sums by currency; they are never added up."""
    return {total.currency: total.order_total for total in conversion.totals}


def slice_link(known: Slice) -> str:
    """The address that shows the figures of this slice for ever."""
    query = urlencode({CURSOR: str(known)})
    return f"{settings.API_BASE_URL}{reverse('admin:reports_cited')}?{query}#{ANCHOR}"
