"""The offer funnel page and its CSV. Everything comes from the rollups."""

import csv
from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from analytics.console.funnel_chart import draw
from analytics.console.funnel_choice import FunnelChoice, read_choice
from analytics.queries.offer_funnel import FunnelRows, find_freshness, read_funnel
from analytics.rules.offer_funnel import (
    OfferFigures,
    StageCounts,
    add_money,
    build_offer_figures,
    count_stages,
    list_other_types,
    write_change,
)
from analytics.rules.periods import PeriodChoice
from smplat import clock
from smplat.console.pages import ConsolePage
from smplat.exports.csv_cells import guard_text
from smplat.time_zones import time_zone_names

PERMISSION = "analytics.view_offerevent"
# More offers than fit a page are in the CSV.
OFFERS_SHOWN = 100


class FunnelSource:
    """What the page and its CSV read."""

    request: HttpRequest

    @cached_property
    def choice(self) -> FunnelChoice:
        own_zone = str(getattr(self.request.user, "time_zone", "UTC"))
        return read_choice(self.request.GET.dict(), own_zone=own_zone, now=clock.now())

    @cached_property
    def rows(self) -> FunnelRows:
        return read_funnel(self.choice.period, offer_slug=self.choice.offer_slug)

    @cached_property
    def offers(self) -> list[OfferFigures]:
        return build_offer_figures(self.rows.by_offer, orders=self.rows.orders, cart_totals=self.rows.cart_totals)


class FunnelPage(FunnelSource, ConsolePage):
    """Impressions, clicks and accepts by offer, against the same days before."""

    path = "analytics/funnel/"
    name = "analytics_funnel"
    title = "Offer funnel"
    permission = PERMISSION
    template_name = "analytics/funnel.html"

    def get_page(self) -> dict[str, Any]:
        current = count_stages((row.event_type, row.current) for row in self.rows.by_offer)
        previous = count_stages((row.event_type, row.previous) for row in self.rows.by_offer)
        return {
            "choice": self.choice,
            "period": self.choice.period,
            "periods": self._periods(),
            "zones": sorted(time_zone_names()),
            "stages": list_stages(current, previous),
            "orders": self.rows.distinct_orders,
            "cart_totals": add_money(self.rows.cart_totals.values()),
            "offers": [(offer, self.choice.address(offer=offer.offer_slug)) for offer in self.offers[:OFFERS_SHOWN]],
            "offers_not_shown": max(len(self.offers) - OFFERS_SHOWN, 0),
            "other_types": list_other_types(self.rows.by_offer),
            "chart": draw(self.choice.period, *self._series()),
            "freshness": find_freshness(),
            "all_offers_url": self.choice.address(offer=""),
            "csv_url": reverse("admin:analytics_funnel_csv") + self.choice.address(),
            "clients_url": reverse("admin:api_apiclient_changelist"),
            "api_base_url": settings.API_BASE_URL,
        }

    def _series(self) -> tuple[list[StageCounts], list[StageCounts]]:
        return (
            [count_stages(step) for step in self.rows.current_steps],
            [count_stages(step) for step in self.rows.previous_steps],
        )

    def _periods(self) -> list[tuple[str, str, bool]]:
        """(title, address, whether it is the chosen one) of the periods one click away."""
        return [
            (choice.label, self.choice.address(period=choice.value), choice is self.choice.choice)
            for choice in PeriodChoice
            if choice is not PeriodChoice.CUSTOM
        ]


class FunnelCsv(FunnelSource, ConsolePage):
    """The same figures as a file, every offer, one line for each currency of its carts."""

    path = "analytics/funnel.csv"
    name = "analytics_funnel_csv"
    title = "Offer funnel as CSV"
    permission = PERMISSION
    HEADER: ClassVar = (
        "offer_slug",
        "impressions",
        "clicks",
        "accepts",
        "previous_impressions",
        "previous_clicks",
        "previous_accepts",
        "orders",
        "currency",
        "cart_total",
    )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ARG002 - Django's signature
        period = self.choice.period
        name = f"offer-funnel-{period.first_day}-{period.last_day}.csv"
        response = HttpResponse(
            content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )
        writer = csv.writer(response)
        writer.writerow(self.HEADER)
        for offer in self.offers:
            writer.writerows(_lines(offer))
        return response


def list_stages(current: StageCounts, previous: StageCounts) -> Sequence[tuple[str, int, str, str, str]]:
    """(title, count, change, rate now, rate before) of each stage; the rate is of the stage before it."""
    return [
        ("Impressions", current.impressions, write_change(current.impressions, previous.impressions), "", ""),
        (
            "Clicks",
            current.clicks,
            write_change(current.clicks, previous.clicks),
            f"{current.click_rate} of impressions",
            previous.click_rate,
        ),
        (
            "Accepts",
            current.accepts,
            write_change(current.accepts, previous.accepts),
            f"{current.accept_rate} of clicks",
            previous.accept_rate,
        ),
    ]


def _lines(offer: OfferFigures) -> list[list[str | int]]:
    counts = [
        offer.counts.impressions,
        offer.counts.clicks,
        offer.counts.accepts,
        offer.previous.impressions,
        offer.previous.clicks,
        offer.previous.accepts,
        offer.orders,
    ]
    amounts = [(guard_text(currency), f"{amount}") for currency, amount in offer.cart_totals.items()]
    return [[guard_text(offer.offer_slug), *counts, *amount] for amount in amounts or [("", "")]]
